using System.Globalization;
using System.Threading.Channels;
using Npgsql;
using Slipway.Engine.Ports;

namespace Slipway.Storage;

/// <summary>
/// Saves appends one transaction after the other, all that wait in one, each in one round trip. An append is known again by its events' ids, so
/// that it can be sent again when its answer was lost: nothing is written twice, and nobody is told something else than what is so.
/// </summary>
internal sealed class PostgresAppends : IAsyncDisposable
{
    private const int MostInOne = 500;

    /// <summary>From here until the commit nobody else gives positions, and what follows sees everything that was committed before.</summary>
    private const string Lock = "SELECT last FROM slipway.positions FOR UPDATE";

    /// <summary>
    /// Writes those appends whose stream is where the writer saw it, and says of each where its stream was and behind which position its
    /// events are. What was written when it was sent before says so again.
    /// </summary>
    private const string Write = """
        WITH asked AS MATERIALIZED (
            SELECT a.*, COALESCE((SELECT e.version FROM slipway.events e WHERE e.stream = a.stream ORDER BY e.version DESC LIMIT 1), 0) AS actual
            FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS a (stream, expected, count, first, n)
        ), placed AS MATERIALIZED (
            SELECT n, stream, expected, count, (SELECT last FROM slipway.positions) + sum(count) OVER (ORDER BY n) - count AS before FROM asked WHERE actual = expected
        ), written AS (
            INSERT INTO slipway.events (position, stream, version, id, type, data, at)
            SELECT p.before + e.i, p.stream, p.expected + e.i, e.id, e.type, e.data, e.at
            FROM unnest($5, $6, $7, $8, $9, $10) AS e (n, i, id, type, data, at) JOIN placed p ON p.n = e.n
        ), moved AS (
            UPDATE slipway.positions SET last = last + (SELECT sum(count) FROM placed) WHERE EXISTS (SELECT FROM placed)
        )
        SELECT a.actual, COALESCE(p.before, CASE WHEN a.actual > a.expected THEN
            (SELECT e.position - 1 FROM slipway.events e WHERE e.stream = a.stream AND e.version = a.expected + 1 AND e.id = a.first) END)::bigint
        FROM asked a LEFT JOIN placed p ON p.n = a.n ORDER BY a.n
        """;

    /// <summary>The same for a single append, which is what nearly always waits: half the work for the database.</summary>
    private const string WriteOne = """
        WITH asked AS MATERIALIZED (
            SELECT COALESCE((SELECT e.version FROM slipway.events e WHERE e.stream = $1 ORDER BY e.version DESC LIMIT 1), 0) AS actual
        ), moved AS (
            UPDATE slipway.positions SET last = last + $3 WHERE (SELECT actual FROM asked) = $2 RETURNING last - $3 AS before
        ), written AS (
            INSERT INTO slipway.events (position, stream, version, id, type, data, at)
            SELECT m.before + e.i, $1, $2 + e.i, e.id, e.type, e.data, e.at FROM moved m CROSS JOIN unnest($5, $6, $7, $8, $9) AS e (i, id, type, data, at)
        )
        SELECT a.actual, COALESCE((SELECT before FROM moved), CASE WHEN a.actual > $2 THEN
            (SELECT e.position - 1 FROM slipway.events e WHERE e.stream = $1 AND e.version = $2 + 1 AND e.id = $4) END)::bigint
        FROM asked a
        """;

    /// <summary>How long an append whose answer was lost is sent again before its outcome is called unknown.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);

    /// <summary>A connection unused for longer is asked whether it still lives: what is not sent on a dead one has no unknown outcome.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(50);

    private readonly NpgsqlDataSource _source;
    private readonly PostgresAddress _address;
    private readonly TimeProvider _time;
    private readonly Channel<PostgresAppend> _waiting = Channel.CreateUnbounded<PostgresAppend>(new() { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _work;
    private NpgsqlConnection? _connection;
    private long _usedAt;

    public PostgresAppends(NpgsqlDataSource source, PostgresAddress address, TimeProvider time)
    {
        (_source, _address, _time) = (source, address, time);
        _work = Task.Run(WorkAsync);
    }

    /// <summary>What was begun is ended even when the caller stops waiting: its outcome would be unknown otherwise.</summary>
    public async Task<AppendResult> AddAsync(string stream, long expectedVersion, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (events.FirstOrDefault(e => e.Data is null || e.Type is null) is not null)
            throw new ArgumentException("an event needs a type and data", nameof(events));
        PostgresAppend append = new(stream, expectedVersion, events);
        ObjectDisposedException.ThrowIf(!_waiting.Writer.TryWrite(append), this);
        return await append.Done.Task.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _stop.CancelAsync();
        await _work;
        await CloseAsync();
        _stop.Dispose();
    }

    /// <summary>No stream twice in one transaction: there each append is judged by what was there before all of them.</summary>
    private async Task WorkAsync()
    {
        List<PostgresAppend> batch = [];
        HashSet<string> streams = new(StringComparer.Ordinal);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            streams.Clear();
            for (var events = 0; events < MostInOne && _waiting.Reader.TryPeek(out var next) && streams.Add(next.Stream) && _waiting.Reader.TryRead(out next); events += Math.Max(1, next.Events.Count))
                batch.Add(next);
            await SaveAsync(batch);
        }
    }

    /// <summary>Nothing has happened until it is sent; from then on only an answer tells, and it is sent again until there is one.</summary>
    private async Task SaveAsync(List<PostgresAppend> batch)
    {
        var (begun, sent) = (_time.GetTimestamp(), false);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var connection = await ConnectAsync();
                var results = await SendAsync(connection, batch, () => sent = true);
                batch.Zip(results).ToList().ForEach(a => a.First.Done.TrySetResult(a.Second));
                return;
            }
            catch (PostgresException e) when (e.InvariantSeverity == "ERROR")
            {
                // The database answered, and goes on: it wrote nothing.
                batch.ForEach(a => a.Done.TrySetException(_address.Unusable(e)));
                return;
            }
            catch (Exception e) when (IsLost(e) && (sent || attempt == 1))
            {
                await CloseAsync();
                if (sent && (_time.GetElapsedTime(begun) > Patience || _stop.IsCancellationRequested))
                {
                    batch.ForEach(a => a.Done.TrySetException(_address.Unknown(e)));
                    return;
                }

                if (attempt > 1)
                    await Task.WhenAny(Task.Delay(Between, _time, _stop.Token));
            }
            catch (Exception e)
            {
                await CloseAsync();
                batch.ForEach(a => a.Done.TrySetException(sent ? _address.Unknown(e) : IsLost(e) ? _address.Unusable(e) : e));
                return;
            }
        }
    }

    /// <summary>One that was found dead while nobody used it says that it is not open.</summary>
    private static bool IsLost(Exception e) => e is NpgsqlException or InvalidOperationException;

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        if (_connection is { State: not System.Data.ConnectionState.Open })
            await CloseAsync();
        if (_connection is not null && _time.GetElapsedTime(_usedAt) > Idle)
        {
            await using NpgsqlCommand ask = new("SELECT", _connection);
            await ask.ExecuteNonQueryAsync();
        }

        return _connection ??= await _source.OpenConnectionAsync(_stop.Token);
    }

    private async Task CloseAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        _connection = null;
    }

    /// <summary>Both commands, and the commit that their end is, in one round trip.</summary>
    private async Task<List<AppendResult>> SendAsync(NpgsqlConnection connection, List<PostgresAppend> batch, Action sending)
    {
        await using NpgsqlBatch commands = new(connection) { BatchCommands = { new NpgsqlBatchCommand(Lock), batch is [var one] ? Writing(one) : Writing(batch) } };
        sending();
        await using var reader = await commands.ExecuteReaderAsync();
        await reader.NextResultAsync();
        List<AppendResult> results = [];
        while (await reader.ReadAsync())
            results.Add(batch[results.Count].Result(reader.GetInt64(0), await reader.IsDBNullAsync(1) ? null : reader.GetInt64(1)));

        // Only behind the last result is the transaction committed.
        await reader.NextResultAsync();
        _usedAt = _time.GetTimestamp();
        return results;
    }

    private static NpgsqlBatchCommand Writing(PostgresAppend one) => new(WriteOne)
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = one.Stream },
            new NpgsqlParameter<long> { TypedValue = one.ExpectedVersion },
            new NpgsqlParameter<long> { TypedValue = one.Events.Count },
            new NpgsqlParameter<Guid> { TypedValue = one.Ids.FirstOrDefault() },
            Array(one.Events.Select((_, i) => i + 1L)),
            Array(one.Ids),
            Array(one.Events.Select(e => e.Type)),
            Array(one.Events.Select(e => e.Data)),
            Array(one.Events.Select(At)),
        },
    };

    private static NpgsqlBatchCommand Writing(List<PostgresAppend> batch)
    {
        var events = batch.SelectMany((a, n) => a.Events.Select((e, i) => (N: n + 1L, I: i + 1L, Id: a.Ids[i], Event: e))).ToList();
        return new(Write)
        {
            Parameters =
            {
                Array(batch.Select(a => a.Stream)),
                Array(batch.Select(a => a.ExpectedVersion)),
                Array(batch.Select(a => (long)a.Events.Count)),
                Array(batch.Select(a => a.Ids.FirstOrDefault())),
                Array(events.Select(e => e.N)),
                Array(events.Select(e => e.I)),
                Array(events.Select(e => e.Id)),
                Array(events.Select(e => e.Event.Type)),
                Array(events.Select(e => e.Event.Data)),
                Array(events.Select(e => At(e.Event))),
            },
        };
    }

    private static string At(NewEvent e) => e.At.ToString("O", CultureInfo.InvariantCulture);

    private static NpgsqlParameter<T[]> Array<T>(IEnumerable<T> values) => new() { TypedValue = [.. values] };
}
