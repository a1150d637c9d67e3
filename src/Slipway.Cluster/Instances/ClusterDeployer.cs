using System.Collections.Concurrent;
using System.Collections.Immutable;
using Orleans.Runtime;
using Slipway.Cluster.Nodes;
using Slipway.Engine.Ports;
using Slipway.Integrations.Routers.Gateways;

namespace Slipway.Cluster.Instances;

/// <summary>
/// Runs instances on the machines of all servers: each server's own deployer does it there, asked by whoever acts for the project. What ran on a
/// server that is gone is not counted any more; should it come back, what it still runs is too much, and is stopped.
/// </summary>
internal sealed class ClusterDeployer(IDeployer local, ClusterNodes nodes, Membership.Heart heart, IRouteBoard routes, TimeProvider time) : IDeployer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<SiloAddress, ImmutableArray<InstanceStatus>> _last = new();
    private readonly Seniority _seniority = new();

    public async Task<DeployOutcome> EnsureAsync(InstanceRequest request, CancellationToken cancellationToken)
    {
        await heart.WhenSureAsync(cancellationToken);
        var listed = await ByNodeAsync(cancellationToken);

        // This server first, so that a lone instance is where it is acted for.
        var servers = listed.Keys.OrderBy(s => s.Equals(nodes.Self) ? 0 : 1).ThenBy(s => s).ToImmutableArray();
        var running = servers.Select(s => listed[s].Where(i => i.Id == request.Id).Sum(i => i.Instances)).ToImmutableArray();
        var ready = servers.Select(s => listed[s].Where(i => i.Id == request.Id).SelectMany(i => i.Endpoints).ToImmutableArray()).ToImmutableArray();
        var at = ready.SelectMany((endpoints, server) => endpoints.Select(e => (Endpoint: e, Server: server))).DistinctBy(e => e.Endpoint).ToDictionary(e => e.Endpoint, e => e.Server);
        var wanted = Spread.Of(running, [.. _seniority.Of(ready.Select(r => r.AsEnumerable())).Select(e => at[e])], request.Instances);
        var asked = servers.Select((server, i) => (Server: server, Count: wanted[i], IsThere: listed[server].Any(s => s.Id == request.Id))).Where(a => a.Count > 0 || a.IsThere);
        var answers = await Task.WhenAll(asked.Select(a => EnsureAsync(a.Server, request with { Instances = a.Count }, cancellationToken)));
        if (answers.FirstOrDefault(a => a.Failure is not null) is { Failure: { } why })
            return new DeployOutcome.Failed(why);
        return answers.FirstOrDefault(a => a.AskAgain is not null) is { AskAgain: { } again }
            ? throw new AskAgainException(again)
            : new DeployOutcome.Ready(_seniority.Of(answers.Select(a => a.Endpoints.AsEnumerable())));
    }

    public async Task StopAsync(InstanceId id, CancellationToken cancellationToken)
    {
        await heart.WhenSureAsync(cancellationToken);
        var listed = await ByNodeAsync(cancellationToken);
        await Task.WhenAll(listed.Where(l => l.Value.Any(i => i.Id == id)).Select(l => StopAsync(l.Key, id, cancellationToken)));
    }

    public async Task<ImmutableArray<InstanceStatus>> ListAsync(CancellationToken cancellationToken)
    {
        var listed = (await ByNodeAsync(cancellationToken)).Values.SelectMany(statuses => statuses).GroupBy(s => s.Id).Select(Merge).ToList();
        var served = listed.Where(s => !s.Endpoints.IsEmpty).Select(s => s.Id).ToHashSet();
        var lost = await LostInstances.AnsweringAsync(routes.Table, served, time, cancellationToken);
        return [.. listed.Where(s => lost.All(l => l.Id != s.Id)), .. lost];
    }

    /// <summary>At once what exits here; what exits elsewhere is found by the next look at what runs.</summary>
    public IAsyncEnumerable<InstanceStatus> WatchExitsAsync(CancellationToken cancellationToken) => local.WatchExitsAsync(cancellationToken);

    /// <summary>That another server cannot be asked says nothing of the version: it is asked for again, and by then elsewhere if that server is gone.</summary>
    private async Task<EnsureAnswer> EnsureAsync(SiloAddress server, InstanceRequest request, CancellationToken cancellationToken)
    {
        try
        {
            if (request.Instances == 0)
            {
                await StopAsync(server, request.Id, cancellationToken);
                return new EnsureAnswer([], null);
            }

            return server.Equals(nodes.Self)
                ? await EnsureAnswer.OfAsync(() => local.EnsureAsync(request, cancellationToken))
                : ClusterJson.Read<EnsureAnswer>(await nodes.Grain(server).EnsureAsync(ClusterJson.Write(request), cancellationToken));
        }
        catch (Exception e) when (!server.Equals(nodes.Self) && !cancellationToken.IsCancellationRequested)
        {
            return new EnsureAnswer([], null) { AskAgain = $"SLIP0553: server {server} could not be asked to run {request.Id}: {e.Message}" };
        }
    }

    private Task StopAsync(SiloAddress server, InstanceId id, CancellationToken cancellationToken) =>
        server.Equals(nodes.Self) ? local.StopAsync(id, cancellationToken) : nodes.Grain(server).StopAsync(ClusterJson.Write(id), cancellationToken);

    private async Task<Dictionary<SiloAddress, ImmutableArray<InstanceStatus>>> ByNodeAsync(CancellationToken cancellationToken)
    {
        var (active, mark) = (nodes.Active, _seniority.Mark);
        foreach (var gone in _last.Keys.Where(s => !active.Contains(s)))
            _last.TryRemove(gone, out _);
        var lists = await Task.WhenAll(active.Select(server => ListAsync(server, cancellationToken)));
        _seniority.Forget(mark, lists.SelectMany(l => l ?? []).SelectMany(s => s.Endpoints));
        return active.Zip(lists).Where(l => l.Second is not null).ToDictionary(l => l.First, l => l.Second!.Value);
    }

    /// <summary>Of a server that does not answer and is not known to be gone, what it said last: it may only be slow. Null when it never said anything.</summary>
    private async Task<ImmutableArray<InstanceStatus>?> ListAsync(SiloAddress server, CancellationToken cancellationToken)
    {
        if (server.Equals(nodes.Self))
            return await local.ListAsync(cancellationToken);
        try
        {
            var listed = ClusterJson.Read<ImmutableArray<InstanceStatus>>(await nodes.Grain(server).ListAsync().WaitAsync(Patience, time, cancellationToken));
            _last[server] = listed;
            return listed;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return nodes.IsActive(server) && _last.TryGetValue(server, out var last) ? last : null;
        }
    }

    private InstanceStatus Merge(IEnumerable<InstanceStatus> parts)
    {
        var all = parts.ToList();
        if (all is [var only])
            return only;
        var condition = all.Exists(s => s.Condition is InstanceCondition.Ready) ? InstanceCondition.Ready
            : all.Exists(s => s.Condition is InstanceCondition.Starting) ? InstanceCondition.Starting : InstanceCondition.Exited;
        return new InstanceStatus(all[0].Id, condition, _seniority.Of(all.Select(s => s.Endpoints.AsEnumerable())), string.Join("; ", all.Select(s => s.Detail).Where(d => d.Length > 0)))
        {
            Instances = all.Sum(s => s.Instances),
            Exited = all.Sum(s => s.Exited),
            Starting = all.Sum(s => s.Starting),
        };
    }
}
