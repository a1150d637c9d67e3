using System.Collections.Immutable;
using System.Net.Sockets;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;

namespace Slipway.Cluster.Instances;

/// <summary>
/// Instances that users are sent to and that no server lists: the one that ran them is gone. Its process may have ended without them, so they are
/// tried: where they take connections, users are better sent there than nowhere.
/// </summary>
internal static class LostInstances
{
    /// <summary>Long enough for a server that has just taken over and is busy: what wrongly counts as gone is taken from its users.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <param name="table">What is routed.</param>
    /// <param name="served">What some server lists an instance of.</param>
    public static async Task<ImmutableArray<InstanceStatus>> AnsweringAsync(RouteTable table, IReadOnlySet<InstanceId> served, TimeProvider time, CancellationToken cancellationToken)
    {
        var tried = await Task.WhenAll(Routed(table).Where(r => !served.Contains(r.Id)).Select(async r => (r.Id, Endpoints: await AnsweringAsync(r.Side.Endpoints, time, cancellationToken))));
        return [.. from t in tried where !t.Endpoints.IsEmpty select new InstanceStatus(t.Id, InstanceCondition.Ready, t.Endpoints, "on a server that is gone") { Lost = true }];
    }

    private static IEnumerable<(InstanceId Id, Side Side)> Routed(RouteTable table) =>
        (from service in table.Services
         from environment in service.Environments
         let key = new EnvironmentKey(service.Project, environment.Environment)
         from side in new[] { (environment.Stable, InstanceRole.Serving), (environment.Candidate, InstanceRole.Serving), (environment.Baseline, InstanceRole.Baseline) }
         where side.Item1 is not null
         select (new InstanceId(key, side.Item1!.Candidate, side.Item2), side.Item1!)).DistinctBy(r => r.Item1);

    private static async Task<ImmutableArray<string>> AnsweringAsync(ImmutableArray<string> endpoints, TimeProvider time, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(endpoints.Select(e => AnswersAsync(new Uri(e), time, cancellationToken)));
        return [.. endpoints.Where((_, i) => answers[i])];
    }

    private static async Task<bool> AnswersAsync(Uri endpoint, TimeProvider time, CancellationToken cancellationToken)
    {
        using TcpClient client = new();
        using CancellationTokenSource late = new(Patience, time);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            await client.ConnectAsync(endpoint.Host, endpoint.Port, enough.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return client.Connected;
        }
    }
}
