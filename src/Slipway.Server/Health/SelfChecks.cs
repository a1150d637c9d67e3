using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using Slipway.Api;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Strategies;
using Slipway.Engine;
using Slipway.Engine.Ports;
using Slipway.Integrations.Routers.Gateways;

namespace Slipway.Server.Health;

/// <summary>What only the server can see of itself and of what it depends on. A check is a method that says what is so, and what to do when that is not well.</summary>
internal sealed class SelfChecks(SlipwayEngine engine, IEventStore store, IArtifactStore artifacts, IDeployer deployer, GatewayRouter router, DataDirectory data, TimeProvider time)
{
    /// <summary>Beyond this, a save is felt by everybody who waits for one.</summary>
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan MostSkew = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(2);

    /// <summary>A gateway takes a table within a second or two; table versions are milliseconds since 1970.</summary>
    private static readonly TimeSpan Behind = TimeSpan.FromSeconds(10);

    private const long LeastFree = 1L << 30;

    public async Task<ChecksResponse> RunAsync(CancellationToken cancellationToken)
    {
        var health = store is IStoreHealth asked ? await asked.CheckAsync(cancellationToken) : null;
        return new ChecksResponse([Store(health), Disk(), StoreClock(health), Gateways(), await InstancesAsync(cancellationToken), Artifacts(), Secrets()]);
    }

    private static CheckFinding Store(StoreHealth? health) => health switch
    {
        null => new("store", null, "this store cannot be asked how it is", null),
        { Problem: { } problem } => new("store", false, $"{health.What}: {problem}", "see the server's log; restore a backup with `slipway restore` if the content is damaged"),
        { Latency: var took } when took > Slow => new("store", false, Invariant($"{health.What} is whole, and takes {took.TotalMilliseconds:0} ms to save"), "use a faster disk, or a database nearer to the server"),
        _ => new("store", true, Invariant($"{health.What} is whole, has schema {health.Schema} and saves within {Math.Max(1, Math.Ceiling(health.Latency.TotalMilliseconds)):0} ms"), null),
    };

    private CheckFinding Disk()
    {
        DriveInfo disk = new(data.Path);
        var text = Invariant($"{disk.AvailableFreeSpace / (1 << 20):N0} MiB are free for {data.Path}");
        return disk.AvailableFreeSpace >= LeastFree ? new("disk", true, text, null) : new("disk", false, text, "make room, or see `slipway prune --dry-run`");
    }

    private CheckFinding StoreClock(StoreHealth? health)
    {
        if (health?.Clock is not { } clock)
            return new("store clock", true, "the store uses this server's clock", null);
        var skew = clock - time.GetUtcNow();
        var text = Invariant($"the database's clock is {skew.Duration().TotalSeconds:0.0} s {(skew < TimeSpan.Zero ? "behind" : "ahead of")} this server's");
        return skew.Duration() <= MostSkew ? new("store clock", true, text, null) : new("store clock", false, text, "set both by NTP");
    }

    private CheckFinding Gateways()
    {
        var (links, newest) = (router.Links, router.Table.Version);
        var gone = links.Where(l => !l.IsAlive).Select(l => l.Name).ToList();
        var late = links.Where(l => l.IsAlive && l.Serves is not null && newest - l.Serves > (long)Behind.TotalMilliseconds).Select(l => Invariant($"{l.Name} by {(newest - l.Serves!.Value) / 1000.0:0.0} s")).ToList();
        return (links.Length - gone.Count, gone.Count, late.Count) switch
        {
            (0, _, _) => new("gateways", false, "no gateway is connected", "start `slipway gateway`, or the server with `--gateway`"),
            (_, _, > 0) => new("gateways", false, $"behind with the routes: {string.Join(", ", late)}", "look at that gateway's log and its way to this server"),
            (_, > 0, _) => new("gateways", false, $"not heard of lately: {string.Join(", ", gone)}", "start it again; one that is gone for good is forgotten after an hour"),
            var (alive, _, _) => new("gateways", true, $"{alive} serve the newest routes", null),
        };
    }

    private async Task<CheckFinding> InstancesAsync(CancellationToken cancellationToken)
    {
        var endpoints = (await deployer.ListAsync(cancellationToken)).SelectMany(i => i.Endpoints.Select(e => (i.Id, Endpoint: e))).ToList();
        var silent = (await Task.WhenAll(endpoints.Select(async e => (e.Id, e.Endpoint, Answers: await AnswersAsync(e.Endpoint, cancellationToken))))).Where(e => !e.Answers).Select(e => $"{e.Id} at {e.Endpoint}").ToList();
        return silent.Count == 0
            ? new("instances", true, $"{endpoints.Count} instances accept connections", null)
            : new("instances", false, $"no connection to {string.Join(", ", silent)}", "see `slipway explain`; the next look restarts what has exited");
    }

    private static async Task<bool> AnswersAsync(string endpoint, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri))
            return false;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerWithin);
        try
        {
            using TcpClient client = new();
            await client.ConnectAsync(uri.Host, uri.Port, limit.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Of what serves and of what a rollback would return to.</summary>
    private CheckFinding Artifacts()
    {
        var needed =
            (from s in Snapshots()
             from name in s.Configuration.Places
             from workload in new[] { s.Of(name).Stable, s.Of(name).LastGood(s.Project), s.Of(name).Active?.Candidate }
             where workload?.Artifact.Digest is not null
             select (Key: new EnvironmentKey(s.Configuration.Id, name), workload.Candidate, workload.Artifact.Digest)).Distinct().ToList();
        var missing = needed.Where(n => !artifacts.Has(n.Digest)).Select(n => $"{n.Candidate} of {n.Key}").ToList();
        return missing.Count == 0
            ? new("artifacts", true, $"the artifacts of {needed.Count} versions that serve or may come back are here", null)
            : new("artifacts", false, $"the artifact is gone of {string.Join(", ", missing)}", "upload it again with `slipway release create`");
    }

    private CheckFinding Secrets()
    {
        var named = Snapshots().SelectMany(s => s.Configuration.Environments).SelectMany(Hooks).OfType<HookSpec.Webhook>().Select(h => h.Secret).OfType<string>().ToImmutableSortedSet(StringComparer.Ordinal);
        var missing = named.Where(n => Environment.GetEnvironmentVariable(n) is not { Length: > 0 }).ToList();
        return missing.Count == 0
            ? new("secrets", true, $"{named.Count} secrets that projects name are there", null)
            : new("secrets", false, $"the server has no variable {string.Join(", ", missing)}", "start the server with it; webhooks that it signs are not sent");
    }

    private static IEnumerable<HookSpec> Hooks(EnvironmentSpec e)
    {
        var all = e.Strategy.OfType<HookStep>().Select(s => s.Hook).Concat(e.Hooks.Before).Concat(e.Hooks.After).Concat(e.Hooks.OnRollback);
        return all.SelectMany(h => h.Undo is { } undo ? new[] { h, undo } : [h]);
    }

    private IEnumerable<ProjectSnapshot> Snapshots() => engine.Projects.Select(engine.Snapshot).OfType<ProjectSnapshot>();

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
