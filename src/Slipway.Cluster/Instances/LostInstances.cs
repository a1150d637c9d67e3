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
    /// <summary>What is gone with its machine does not even refuse.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <param name="table">What is routed.</param>
    /// <param name="served">What some server lists an instance of.</param>
    public static async Task<ImmutableArray<InstanceStatus>> AnsweringAsync(RouteTable table, IReadOnlySet<InstanceId> served, TimeProvider time, CancellationToken cancellationToken)
    {
        var tried = await Task.WhenAll(Routed(table).Where(r => !served.Contains(r.Id)).Select(async r => (r.Id, Endpoints: await AnsweringAsync(r.Side.Endpoints, r.IsStable, time, cancellationToken))));
        return [.. from t in tried where !t.Endpoints.IsEmpty select new InstanceStatus(t.Id, InstanceCondition.Ready, t.Endpoints, "on a server that is gone") { Lost = true }];
    }

    private static IEnumerable<(InstanceId Id, Side Side, bool IsStable)> Routed(RouteTable table) =>
        (from service in table.Services
         from environment in service.Environments
         let key = new EnvironmentKey(service.Project, environment.Environment)
         from side in new (Side? Of, InstanceRole Role, bool IsStable)[] { (environment.Stable, InstanceRole.Serving, true), (environment.Candidate, InstanceRole.Serving, false), (environment.Baseline, InstanceRole.Baseline, false) }
         where side.Of is not null
         select (new InstanceId(key, side.Of!.Candidate, side.Role), side.Of!, side.IsStable)).DistinctBy(r => r.Item1);

    /// <summary>
    /// Those that take connections. Where none does, of the stable side those that do not say no: a busy machine, this one among them, is slow to say
    /// anything, and its users have nowhere else to go. A candidate's have, and what they meet would be held against it.
    /// </summary>
    private static async Task<ImmutableArray<string>> AnsweringAsync(ImmutableArray<string> endpoints, bool isStable, TimeProvider time, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(endpoints.Select(e => AskAsync(new Uri(e), time, cancellationToken)));
        var best = answers.Contains(true) || !isStable ? true : (bool?)null;
        return [.. endpoints.Where((_, i) => answers[i] == best)];
    }

    /// <summary>Null: it said nothing for as long as is waited.</summary>
    private static async Task<bool?> AskAsync(Uri endpoint, TimeProvider time, CancellationToken cancellationToken)
    {
        using TcpClient client = new();
        using CancellationTokenSource late = new(Patience, time);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            await client.ConnectAsync(endpoint.Host, endpoint.Port, enough.Token);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
