using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Runtime;
using Slipway.Core.Projects;
using Slipway.Core.Traffic;
using Slipway.Integrations.Routers.Gateways;

namespace Slipway.Cluster.Routes;

/// <summary>
/// The routes of all projects, one row each with its writer. Versions are given under a lock that is held until the commit, so that a table read under a
/// version is the same for every reader.
/// </summary>
internal sealed partial class PostgresRouteBoard(NpgsqlDataSource source, ILocalSiloDetails silo, TimeProvider time, ILogger<PostgresRouteBoard> logger) : BackgroundService, IRouteBoard
{
    /// <summary>Above every version of a server alone, which are milliseconds since 1970: gateways that followed one take the tables of several.</summary>
    private const long First = 10_000_000_000_000;

    private const string Lock = "SELECT pg_advisory_xact_lock(85700519)";

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<ProjectId, Task> _writing = new();
    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile RouteTable _table = RouteTable.Empty;
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RouteTable Table => _table;

    public Task NextChange => Volatile.Read(ref _change).Task;

    private string Self => silo.SiloAddress.ToParsableString();

    public async Task TakeOverAsync(ProjectId project, CancellationToken cancellationToken)
    {
        await using var take = source.CreateCommand(
            "INSERT INTO slipway_cluster.routes (project, owner, version, route) VALUES ($1, $2, 0, 'null') ON CONFLICT (project) DO UPDATE SET owner = $2");
        take.Parameters.AddWithValue(project.Value);
        take.Parameters.AddWithValue(Self);
        await take.ExecuteNonQueryAsync(cancellationToken);
    }

    public Task<long?> WriteAsync(ProjectId project, ServiceRoute? route, CancellationToken cancellationToken)
    {
        var before = _writing.GetValueOrDefault(project, Task.CompletedTask);
        var write = WriteAsync(before, project, ClusterJson.Write(route), cancellationToken);
        _writing[project] = write;
        return write;
    }

    /// <summary>Reads the newest table now.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            var (version, routes) = await RowsAsync(cancellationToken);
            if (First + version <= _table.Version)
                return;
            _table = new RouteTable { Version = First + version, Services = routes };
        }
        finally
        {
            _reading.Release();
        }

        Interlocked.Exchange(ref _change, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await NewestAsync(stoppingToken) is var newest && First + newest > _table.Version)
                    await ReadAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                NotRead(logger, e);
            }

            await Task.Delay(Between, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<long?> WriteAsync(Task before, ProjectId project, string route, CancellationToken cancellationToken)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using NpgsqlBatch batch = new(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Lock));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            "UPDATE slipway_cluster.routes SET route = $3, version = nextval('slipway_cluster.route_versions') WHERE project = $1 AND owner = $2 RETURNING version")
        {
            Parameters = { new() { Value = project.Value }, new() { Value = Self }, new() { Value = route } },
        });
        long? version = null;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.NextResultAsync(cancellationToken);
            if (await reader.ReadAsync(cancellationToken))
                version = First + reader.GetInt64(0);
        }

        if (version is not null)
            await ReadAsync(cancellationToken);
        return version;
    }

    private async Task<long> NewestAsync(CancellationToken cancellationToken)
    {
        await using var newest = source.CreateCommand("SELECT COALESCE(MAX(version), 0) FROM slipway_cluster.routes");
        return (long)(await newest.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<(long Version, ImmutableArray<ServiceRoute> Routes)> RowsAsync(CancellationToken cancellationToken)
    {
        await using var rows = source.CreateCommand("SELECT version, route FROM slipway_cluster.routes ORDER BY project COLLATE \"C\"");
        await using var reader = await rows.ExecuteReaderAsync(cancellationToken);
        var routes = ImmutableArray.CreateBuilder<ServiceRoute>();
        var version = 0L;
        while (await reader.ReadAsync(cancellationToken))
        {
            version = Math.Max(version, reader.GetInt64(0));
            if (reader.GetString(1) is not "null" and var text)
                routes.Add(ClusterJson.Read<ServiceRoute>(text));
        }

        return (version, routes.ToImmutable());
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The shared routes could not be read; gateways go on by those that they have")]
    private static partial void NotRead(ILogger logger, Exception e);
}
