using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Npgsql;
using Slipway.Engine.Ports;
using Slipway.Storage;
using Slipway.Testing.Servers;

namespace Slipway.Bench.Engine;

/// <summary>Saves a second of one event each, beside the same rows written by the database's own client in the same run.</summary>
/// <param name="Ratio">The median of the rounds' own ratios: what else the machine does changes from round to round, and concerns both.</param>
internal sealed record StoreCost(string Store, double Saves, double Raw, double Ratio);

internal static class Stores
{
    private const string Data = """{"index":3,"at":"2026-11-24T10:00:00+00:00","why":"the dwell is over and the checks say that it is safe"}""";

    private static readonly NewEvent Event = new("deployment.step-entered", Data, DateTimeOffset.UnixEpoch);

    public static async Task<IReadOnlyList<StoreCost>> MeasureAsync(int rounds, TimeSpan each)
    {
        var directory = Directory.CreateTempSubdirectory("slipway-bench-").FullName;
        using var sqlite = SqliteEventStore.Open(Path.Combine(directory, "slipway.db"));
        using var rawSqlite = RawSqlite(Path.Combine(directory, "raw.db"));
        using var insert = RawInsert(rawSqlite);
        await using var server = await PostgresServer.StartAsync();
        await using var postgres = await PostgresEventStore.OpenAsync(PostgresAddress.Parse(await server.CreateDatabaseAsync())!, TimeProvider.System, CancellationToken.None);
        var address = new Uri(await server.CreateDatabaseAsync());
        await using var rawPostgres = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={address.Port};Username=slipway;Database={address.AbsolutePath[1..]};Max Auto Prepare=20;Auto Prepare Min Usages=2");
        await ExecuteAsync(rawPostgres, "CREATE TABLE e (position bigserial PRIMARY KEY, stream text, version bigint, type text, data text, at text, UNIQUE (stream, version))");
        var samples = new Dictionary<string, List<double>>();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, writers, save) in new (string, int, Func<int, long, Task>)[]
            {
                ("SQLite", 1, (w, n) => sqlite.AppendAsync($"s{w}", n, [Event], CancellationToken.None)),
                ("SQLite raw", 1, (w, n) => { Insert(insert, w, n); return Task.CompletedTask; }),
                ("PostgreSQL, 1 writer", 1, (w, n) => postgres.AppendAsync($"a{w}", n, [Event], CancellationToken.None)),
                ("PostgreSQL, 1 writer raw", 1, (w, n) => InsertAsync(rawPostgres, $"a{w}", n)),
                ("PostgreSQL, 16 writers", 16, (w, n) => postgres.AppendAsync($"b{w}", n, [Event], CancellationToken.None)),
                ("PostgreSQL, 16 writers raw", 16, (w, n) => InsertAsync(rawPostgres, $"b{w}", n)),
            })
                samples.GetOrAdd(name).Add(await RateAsync(name, writers, each, save));
        }

        SqliteConnection.ClearAllPools();
        Directory.Delete(directory, recursive: true);
        return [.. samples.Where(s => !s.Key.EndsWith(" raw", StringComparison.Ordinal)).Select(s => Cost(s.Key, s.Value, samples[$"{s.Key} raw"]))];
    }

    private static StoreCost Cost(string store, List<double> saves, List<double> raw) =>
        new(store, Median(saves), Median(raw), Median([.. saves.Zip(raw, (s, r) => s / r)]));

    private static readonly Dictionary<string, long[]> Versions = [];

    private static async Task<double> RateAsync(string name, int writers, TimeSpan each, Func<int, long, Task> save)
    {
        if (!Versions.TryGetValue(name, out var versions))
            Versions[name] = versions = new long[writers];
        var saved = 0L;
        var begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(begun) < each)
            {
                await save(w, versions[w]++);
                Interlocked.Increment(ref saved);
            }
        })));
        return saved / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    private static SqliteConnection RawSqlite(string file)
    {
        SqliteConnection connection = new($"Data Source={file}");
        connection.Open();
        foreach (var sql in new[] { "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "CREATE TABLE e (position INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT, version INTEGER, type TEXT, data TEXT, at TEXT, UNIQUE (stream, version))" })
        {
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants.
            command.CommandText = sql;
#pragma warning restore CA2100
            command.ExecuteNonQuery();
        }

        return connection;
    }

    private static SqliteCommand RawInsert(SqliteConnection connection)
    {
        var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO e (stream, version, type, data, at) VALUES ($s, $v, $t, $d, $a)";
        foreach (var name in new[] { "$s", "$v", "$t", "$d", "$a" })
            command.Parameters.AddWithValue(name, "");
        return command;
    }

    private static void Insert(SqliteCommand command, int writer, long version)
    {
        using var transaction = command.Connection!.BeginTransaction(deferred: false);
        command.Transaction = transaction;
        object[] values = [$"s{writer}", version + 1, Event.Type, Event.Data, "1970-01-01T00:00:00.0000000+00:00"];
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i];
        command.ExecuteNonQuery();
        transaction.Commit();
    }

    private static async Task InsertAsync(NpgsqlDataSource source, string stream, long version)
    {
        await using var command = source.CreateCommand("INSERT INTO e (stream, version, type, data, at) VALUES ($1, $2, $3, $4, $5)");
        command.Parameters.AddWithValue(stream);
        command.Parameters.AddWithValue(version + 1);
        command.Parameters.AddWithValue(Event.Type);
        command.Parameters.AddWithValue(Event.Data);
        command.Parameters.AddWithValue("1970-01-01T00:00:00.0000000+00:00");
        await command.ExecuteNonQueryAsync();
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static List<double> GetOrAdd(this Dictionary<string, List<double>> samples, string name) => samples.TryGetValue(name, out var list) ? list : samples[name] = [];

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
