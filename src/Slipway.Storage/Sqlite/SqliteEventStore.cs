using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Slipway.Core.Configuration;
using Slipway.Engine.Ports;

namespace Slipway.Storage;

/// <summary>
/// Events in one SQLite file. One writer at a time in the process, and by SQLite's own lock in all processes; unless told otherwise, every
/// append is synced to disk before it is answered. Positions are given inside the write lock, so no reader can see a later one before an earlier one.
/// </summary>
public sealed partial class SqliteEventStore : IEventStore, IDisposable
{
    private const int MostAtOnce = 1000;

    private readonly string _file;
    private readonly string _connectionString;
    private readonly SqliteConnection _writer;
    private readonly SemaphoreSlim _writing = new(1, 1);

    /// <summary>Kept, so that an append does not compile them again: that would be a third of its work.</summary>
    private readonly SqliteCommand _version;
    private readonly SqliteCommand _insert;

    private SqliteEventStore(string file, string connectionString, SqliteConnection writer)
    {
        (_file, _connectionString, _writer) = (file, connectionString, writer);
        _version = Command(writer, "SELECT COALESCE(MAX(version), 0) FROM events WHERE stream = $stream", ("$stream", ""));
        _insert = Command(writer, "INSERT INTO events (stream, version, type, data, at) VALUES ($stream, $version, $type, $data, $at) RETURNING position",
            ("$stream", ""), ("$version", 0L), ("$type", ""), ("$data", ""), ("$at", ""));
    }

    /// <summary>Opens the file, or makes it for its owner only, and brings its tables up to date.</summary>
    /// <param name="patience">How long to wait for another process that has the write lock; ten seconds when null.</param>
    /// <exception cref="StoreException">It cannot be used; the message says why and what to do.</exception>
    public static SqliteEventStore Open(string file, SqliteDurability durability = SqliteDurability.Full, TimeSpan? patience = null)
    {
        var wait = patience ?? TimeSpan.FromSeconds(10);
        var connectionString = new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWriteCreate, DefaultTimeout = (int)Math.Ceiling(wait.TotalSeconds) }.ToString();
        try
        {
            CreateForOwner(file);
            SqliteConnection writer = new(connectionString);
            writer.Open();
            // Of use only before there is anything in the file.
            Pragma(writer, "auto_vacuum = INCREMENTAL");
            Pragma(writer, "journal_mode = WAL");
            Pragma(writer, durability is SqliteDurability.Full ? "synchronous = FULL" : "synchronous = NORMAL");
            // SQLite's own wait looks again within milliseconds, the client library's only after 150.
            Pragma(writer, string.Create(CultureInfo.InvariantCulture, $"busy_timeout = {(int)wait.TotalMilliseconds}"));
            SqliteSchema.Migrate(writer, file);
            return new SqliteEventStore(file, connectionString, writer);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == 26)
        {
            throw new StoreException(new Problem("SLIP0512", file, "it is not a database", "move it away, or choose another data directory"), e);
        }
        catch (SqliteException e) when (Why(e) is var (why, remedy))
        {
            throw new StoreException(new Problem("SLIP0513", file, $"the database cannot be opened: {why} ({e.Message.TrimEnd('.')})", remedy), e);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StoreException(new Problem("SLIP0513", file, $"the database cannot be opened ({e.Message})", "make the file and its directory writable"), e);
        }
    }

    public async Task<AppendResult> AppendAsync(string stream, long expectedVersion, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            return Append(stream, expectedVersion, events);
        }
        catch (SqliteException e) when (Unusable(e) is { } unusable)
        {
            throw unusable;
        }
        finally
        {
            _writing.Release();
        }
    }

    public Task<ImmutableArray<RecordedEvent>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellationToken) =>
        ReadAsync("SELECT position, stream, version, type, data, at FROM events WHERE stream = $stream AND version > $after ORDER BY version",
            cancellationToken, ("$stream", stream), ("$after", afterVersion));

    public Task<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellationToken) =>
        ReadAsync("SELECT position, stream, version, type, data, at FROM events WHERE position > $after ORDER BY position LIMIT $limit",
            cancellationToken, ("$after", afterPosition), ("$limit", Math.Clamp(limit, 0, MostAtOnce)));

    public Task<long> LastPositionAsync(CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await using var connection = await ConnectAsync(cancellationToken);
        using var command = Command(connection, "SELECT COALESCE(MAX(position), 0) FROM events");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    });

    public Task<ImmutableArray<string>> StreamsAsync(string prefix, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await using var connection = await ConnectAsync(cancellationToken);
        using var command = Command(connection, "SELECT stream FROM events WHERE version = 1 AND substr(stream, 1, length($prefix)) = $prefix ORDER BY position", ("$prefix", prefix));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var streams = ImmutableArray.CreateBuilder<string>();
        while (await reader.ReadAsync(cancellationToken))
            streams.Add(reader.GetString(0));
        return streams.ToImmutable();
    });

    /// <summary>Lets the file grow to so many pages and no further, as a full disk does.</summary>
    internal void Limit(long pages) => Pragma(_writer, string.Create(CultureInfo.InvariantCulture, $"max_page_count = {pages}"));

    public void Dispose()
    {
        _version.Dispose();
        _insert.Dispose();
        SqliteConnection.ClearPool(_writer);
        _writer.Dispose();
        _writing.Dispose();
    }

    private AppendResult Append(string stream, long expectedVersion, IReadOnlyList<NewEvent> events)
    {
        using var transaction = _writer.BeginTransaction(deferred: false);
        var actual = Ask(_version, transaction, stream);
        if (actual != expectedVersion)
            return new AppendResult.Conflict(actual);
        var (version, position) = (expectedVersion, 0L);
        foreach (var e in events)
        {
            position = Ask(_insert, transaction, stream, ++version, e.Type, e.Data, e.At.ToString("O", CultureInfo.InvariantCulture));
        }

        transaction.Commit();
        return new AppendResult.Appended(version, position);
    }

    private static long Ask(SqliteCommand command, SqliteTransaction transaction, params ReadOnlySpan<object> values)
    {
        command.Transaction = transaction;
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i];
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>What a person can mend; null when it is a fault of ours. Nothing was stored: the transaction was not committed.</summary>
    private StoreException? Unusable(SqliteException e) => Why(e) is var (why, remedy)
        ? new(new Problem("SLIP0525", _file, $"the database cannot be used: {why} ({e.Message.TrimEnd('.')})", remedy), e)
        : null;

    private static (string Why, string Remedy)? Why(SqliteException e) => e.SqliteErrorCode switch
    {
        5 or 6 => ("another process holds it locked", "end that process; a server that runs tries again by itself what nobody waits for, one that could not start is to be started again"),
        8 or 14 => ("it cannot be written", "make the file and its directory writable"),
        10 or 13 => ("the disk is full or broken", "make room; a server that runs need not be restarted"),
        11 or 26 => ("its content is damaged", "stop the server and restore a backup with `slipway restore`"),
        _ => null,
    };

    private Task<ImmutableArray<RecordedEvent>> ReadAsync(string sql, CancellationToken cancellationToken, params (string, object)[] parameters) =>
        GuardAsync(() => ReadOnceAsync(sql, parameters, cancellationToken));

    private async Task<T> GuardAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (SqliteException e) when (Unusable(e) is { } unusable)
        {
            throw unusable;
        }
    }

    private async Task<ImmutableArray<RecordedEvent>> ReadOnceAsync(string sql, (string, object)[] parameters, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        using var command = Command(connection, sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = ImmutableArray.CreateBuilder<RecordedEvent>();
        while (await reader.ReadAsync(cancellationToken))
        {
            events.Add(new RecordedEvent(reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2), reader.GetString(3), reader.GetString(4),
                DateTimeOffset.Parse(reader.GetString(5), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)));
        }

        return events.ToImmutable();
    }

    private async Task<SqliteConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        SqliteConnection connection = new(_connectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, params (string Name, object Value)[] parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text is a constant of this file; values are parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        return command;
    }

    private static void Pragma(SqliteConnection connection, string pragma)
    {
        using var command = Command(connection, $"PRAGMA {pragma}");
        command.ExecuteScalar();
    }

    private static void CreateForOwner(string file)
    {
        if (File.Exists(file) || OperatingSystem.IsWindows())
            return;
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } directory)
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using FileStream made = new(file, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
    }
}
