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
using Slipway.Server.Gateways;

namespace Slipway.Server.Health;

/// <summary>What only the server can see of itself and of what it depends on. A check is a method that says what is so, and what to do when that is not well.</summary>
internal sealed class SelfChecks(SlipwayEngine engine, IEventStore store, IArtifactStore artifacts, IDeployer deployer, GatewayRouter router, IProjectOwners owners, DataDirectory data, TimeProvider time)
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
        return new ChecksResponse([Store(health), Disk(), StoreClock(health), ServerVersions(), Gateways(), GatewayVersions(), GatewayClocks(), await InstancesAsync(cancellationToken), Artifacts(), Secrets(), SourceSecrets()]);
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

    private CheckFinding ServerVersions() => owners.Versions is { Count: > 1 } several
        ? new("server versions", false, $"servers of versions {string.Join(" and ", several)} take part", "replace the others too; candidates that nobody needs are forgotten only after that")
        : new("server versions", true, $"all servers that take part are of version {ServerVersion.Text}", null);

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

    /// <summary>Of those that are processes of their own and were heard of: the others are of this server's build.</summary>
    private CheckFinding GatewayVersions()
    {
        var others = Reporting().Where(l => l.Version != ServerVersion.Text).Select(l => $"{l.Name} is {(l.Version is { } version ? $"of version {version}" : "of a version that does not say which")}").ToList();
        return others.Count == 0
            ? new("gateway versions", true, $"all gateways are of this server's version {ServerVersion.Text}", null)
            : new("gateway versions", false, $"this server is of version {ServerVersion.Text}, and {string.Join(", ", others)}", "start those gateways again with this server's version; until then they go on serving");
    }

    /// <summary>A report is on its way for less than a second.</summary>
    private CheckFinding GatewayClocks()
    {
        var off = Reporting().Where(l => l.ClockAhead is { } ahead && ahead.Duration() > MostSkew)
            .Select(l => Invariant($"{l.Name} is {l.ClockAhead!.Value.Duration().TotalSeconds:0.0} s {(l.ClockAhead < TimeSpan.Zero ? "behind" : "ahead")}")).ToList();
        return off.Count == 0
            ? new("gateway clocks", true, Invariant($"the clocks of all gateways that say it agree with this server's within {MostSkew.TotalSeconds:0} s"), null)
            : new("gateway clocks", false, $"the clock of {string.Join(", ", off)}", "set the clocks of that machine and of this one by NTP");
    }

    private IEnumerable<IGatewayLink> Reporting() => router.Links.Where(l => l is RemoteGateway { IsAlive: true, Serves: not null }).OrderBy(l => l.Name, StringComparer.Ordinal);

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

    private CheckFinding SourceSecrets()
    {
        var named = Snapshots().SelectMany(s => s.Configuration.Sources.SelectMany(source => source.Settings.Values.SelectMany(Integrations.Metrics.Secrets.Named).Select(name => (Name: name, Source: $"{s.Configuration.Id}/{source.Name}")))).Distinct().ToList();
        var missing = named.Where(n => Environment.GetEnvironmentVariable(n.Name) is not { Length: > 0 }).GroupBy(n => n.Name, n => n.Source, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key} (source {string.Join(", ", g)})").ToList();
        return missing.Count == 0
            ? new("source secrets", true, $"{named.Select(n => n.Name).Distinct().Count()} secrets that metric sources name are there", null)
            : new("source secrets", false, $"the server has no variable {string.Join(", ", missing)}", "start the server with it; checks that ask that source cannot measure");
    }

    private static IEnumerable<HookSpec> Hooks(EnvironmentSpec e)
    {
        var all = e.Strategy.OfType<HookStep>().Select(s => s.Hook).Concat(e.Hooks.Before).Concat(e.Hooks.After).Concat(e.Hooks.OnRollback);
        return all.SelectMany(h => h.Undo is { } undo ? new[] { h, undo } : [h]);
    }

    private IEnumerable<ProjectSnapshot> Snapshots() => engine.Projects.Select(engine.Snapshot).OfType<ProjectSnapshot>();

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
