using System.Globalization;
using System.Threading.Channels;
using Npgsql;
using Slipway.Engine.Ports;

namespace Slipway.Storage;

/// <summary>
/// Saves appends one transaction after the other, all that wait in one. When the connection is lost in the middle of a commit, the events'
/// own ids tell afterwards whether they were written: nothing is written twice, and nobody is told something else than what is so.
/// </summary>
internal sealed class PostgresAppends : IAsyncDisposable
{
    private const int MostInOne = 500;

    /// <summary>How long a lost commit is asked for before it is called unknown.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);

    private readonly NpgsqlDataSource _source;
    private readonly PostgresAddress _address;
    private readonly TimeProvider _time;
    private readonly Channel<PostgresAppend> _waiting = Channel.CreateUnbounded<PostgresAppend>(new() { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _work;

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
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        List<PostgresAppend> batch = [];
        while (await _waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            for (var events = 0; events < MostInOne && _waiting.Reader.TryRead(out var next); events += Math.Max(1, next.Events.Count))
                batch.Add(next);
            await SaveAsync(batch);
        }
    }

    /// <summary>Before the commit nothing has happened, and it is tried once more on a fresh connection: the old one may long have been dead.</summary>
    private async Task SaveAsync(List<PostgresAppend> batch)
    {
        for (var attempt = 1; ; attempt++)
        {
            var committing = false;
            try
            {
                await SaveOnceAsync(batch, () => committing = true);
                batch.ForEach(a => a.Done.TrySetResult(a.Result!));
                return;
            }
            catch (NpgsqlException e) when (committing)
            {
                await FindOutAsync(batch, e);
                return;
            }
            catch (NpgsqlException e) when (e.IsTransient && attempt == 1)
            {
                // Once more.
            }
            catch (Exception e)
            {
                batch.ForEach(a => a.Done.TrySetException(e is NpgsqlException ? _address.Unusable(e) : e));
                return;
            }
        }
    }

    private async Task SaveOnceAsync(List<PostgresAppend> batch, Action committing)
    {
        await using var connection = await _source.OpenConnectionAsync(_stop.Token);
        await using var transaction = await connection.BeginTransactionAsync(_stop.Token);
        var (last, versions) = await LockAsync(connection, batch);
        var before = last;
        foreach (var append in batch)
            last = append.Place(last, versions);
        if (last > before)
        {
            await InsertAsync(connection, batch.SelectMany(a => a.Placed).ToList(), last);
            committing();
            await transaction.CommitAsync(CancellationToken.None);
        }
    }

    /// <summary>From here until the commit nobody else gives positions, so the versions stay what they are.</summary>
    private static async Task<(long Last, Dictionary<string, long> Versions)> LockAsync(NpgsqlConnection connection, List<PostgresAppend> batch)
    {
        await using NpgsqlBatch commands = new(connection);
        commands.BatchCommands.Add(new NpgsqlBatchCommand("SELECT last FROM slipway.positions FOR UPDATE"));
        commands.BatchCommands.Add(new NpgsqlBatchCommand(
            "SELECT s, (SELECT version FROM slipway.events WHERE stream = s ORDER BY version DESC LIMIT 1) FROM unnest($1) AS s")
        {
            Parameters = { new NpgsqlParameter<string[]> { TypedValue = [.. batch.Select(a => a.Stream).Distinct(StringComparer.Ordinal)] } },
        });
        await using var reader = await commands.ExecuteReaderAsync();
        await reader.ReadAsync();
        var last = reader.GetInt64(0);
        await reader.NextResultAsync();
        Dictionary<string, long> versions = new(StringComparer.Ordinal);
        while (await reader.ReadAsync())
            versions[reader.GetString(0)] = await reader.IsDBNullAsync(1) ? 0 : reader.GetInt64(1);
        return (last, versions);
    }

    private static async Task InsertAsync(NpgsqlConnection connection, List<PlacedEvent> events, long last)
    {
        await using NpgsqlBatch commands = new(connection);
        commands.BatchCommands.Add(new NpgsqlBatchCommand(
            "INSERT INTO slipway.events (position, stream, version, id, type, data, at) SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)")
        {
            Parameters =
            {
                new NpgsqlParameter<long[]> { TypedValue = [.. events.Select(e => e.Position)] },
                new NpgsqlParameter<string[]> { TypedValue = [.. events.Select(e => e.Stream)] },
                new NpgsqlParameter<long[]> { TypedValue = [.. events.Select(e => e.Version)] },
                new NpgsqlParameter<Guid[]> { TypedValue = [.. events.Select(e => e.Id)] },
                new NpgsqlParameter<string[]> { TypedValue = [.. events.Select(e => e.Event.Type)] },
                new NpgsqlParameter<string[]> { TypedValue = [.. events.Select(e => e.Event.Data)] },
                new NpgsqlParameter<string[]> { TypedValue = [.. events.Select(e => e.Event.At.ToString("O", CultureInfo.InvariantCulture))] },
            },
        });
        commands.BatchCommands.Add(new NpgsqlBatchCommand("UPDATE slipway.positions SET last = $1") { Parameters = { new NpgsqlParameter<long> { TypedValue = last } } });
        await commands.ExecuteNonQueryAsync();
    }

    /// <summary>All of a transaction was written or nothing of it: one of its events speaks for all.</summary>
    private async Task FindOutAsync(List<PostgresAppend> batch, NpgsqlException lost)
    {
        // There is one: nothing is committed otherwise.
        var one = batch.SelectMany(a => a.Placed).First();
        var begun = _time.GetTimestamp();
        while (_time.GetElapsedTime(begun) < Patience && !_stop.IsCancellationRequested)
        {
            try
            {
                var written = await IsWrittenAsync(one);
                batch.ForEach(a => a.Conclude(written, _address.Unusable(lost)));
                return;
            }
            catch (NpgsqlException)
            {
                await Task.WhenAny(Task.Delay(Between, _time, _stop.Token));
            }
        }

        batch.ForEach(a => a.Done.TrySetException(_address.Unknown(lost)));
    }

    /// <summary>The lost transaction may still be ending on the server: whoever holds its lock first knows its end.</summary>
    private async Task<bool> IsWrittenAsync(PlacedEvent one)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using NpgsqlCommand wait = new("SELECT last FROM slipway.positions FOR UPDATE", connection);
        await wait.ExecuteScalarAsync();
        await using NpgsqlCommand ask = new("SELECT count(*) FROM slipway.events WHERE position = $1 AND id = $2", connection)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = one.Position }, new NpgsqlParameter<Guid> { TypedValue = one.Id } },
        };
        return (long)(await ask.ExecuteScalarAsync())! == 1;
    }
}
