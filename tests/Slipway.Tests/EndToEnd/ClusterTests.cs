using Slipway.Api;
using Slipway.Testing;
using Slipway.Testing.Servers;

namespace Slipway.Tests.EndToEnd;

/// <summary>
/// Three servers on one PostgreSQL, a gateway that follows them, real processes, and users who ask all the while. The server that acts for the
/// project is killed, frozen or cut off in the middle of a ramp.
/// </summary>
[Collection(EndToEnd.Name)]
public class ClusterTests
{
    private const string Host = "shop.test";

    /// <summary>How soon the others go on. Failure detection is tuned for it; see docs/running.md.</summary>
    private static readonly TimeSpan GoesOnWithin = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task TheOthersGoOnWhereAKilledServerWas()
    {
        EndToEnd.NeedProcesses();
        await using var database = await PostgresServer.StartAsync();
        await using Cluster shop = await StartAsync(database);
        await using Users users = new(shop.Gateway, Host);
        await InTheMiddleAsync(shop);

        var owner = await shop.OwnerAsync();
        await owner.KillAsync();

        await EndsWellAsync(shop, users, but: owner, lost: DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task AServerThatWakesUpLaterIsRefusedAndBeginsAnew()
    {
        EndToEnd.NeedProcesses();
        await using var database = await PostgresServer.StartAsync();
        await using Cluster shop = await StartAsync(database);
        await using Users users = new(shop.Gateway, Host);
        await InTheMiddleAsync(shop);

        var owner = await shop.OwnerAsync();
        owner.Freeze();
        var frozen = DateTimeOffset.UtcNow;
        await shop.EventuallyAsync(but: owner, "the others took another step", async client => Steps(await client.EventsAsync(0, CancellationToken.None)).Any(s => s.At > frozen + TimeSpan.FromSeconds(1)));
        owner.Thaw();

        await EndsWellAsync(shop, users, but: owner, lost: frozen);
        await Eventually.IsAsync("the server that woke up is a member again", owner.AnswersAsync);
        Assert.Contains("begins anew", owner.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AServerThatIsCutOffFromTheDatabaseAndTheOthersIsReplaced()
    {
        EndToEnd.NeedProcesses();
        Netns.Need();
        await using var database = await PostgresServer.StartAsync(Netns.Network);
        await using Cluster shop = await StartAsync(database, separate: true);
        await using Users users = new(shop.Gateway, Host);
        await InTheMiddleAsync(shop);

        var owner = await shop.OwnerAsync();
        await owner.CutOffAsync();
        var cut = DateTimeOffset.UtcNow;
        await shop.EventuallyAsync(but: owner, "the others took another step", async client => Steps(await client.EventsAsync(0, CancellationToken.None)).Any(s => s.At > cut + TimeSpan.FromSeconds(1)));
        await owner.ReconnectAsync();

        await EndsWellAsync(shop, null, but: owner, lost: cut);

        // What ran on the machine that was cut off could not be reached, and was started elsewhere: from then on everybody is served.
        var before = users.Answers;
        await Eventually.IsAsync("users are served", () => users.Answers > before + 200);
    }

    /// <summary>As an upgrade goes; the same build stands for both versions.</summary>
    [Fact]
    public async Task ServersThatAreReplacedOneAfterTheOtherLoseNothing()
    {
        EndToEnd.NeedProcesses();
        await using var database = await PostgresServer.StartAsync();
        await using Cluster shop = await StartAsync(database);
        await using Users users = new(shop.Gateway, Host);
        await InTheMiddleAsync(shop);
        var before = await shop.Other(null).Client.EventsAsync(0, CancellationToken.None);

        foreach (var node in shop.Nodes.Take(2))
        {
            await node.ReplaceAsync();
            await Eventually.IsAsync($"server {node} is a member again", node.AnswersAsync);
        }

        await shop.EventuallyAsync(null, "1.1.0 serves", async client => await client.EnvironmentAsync("shop", "production", CancellationToken.None) is { Deployment: null, Serving: "1.1.0" });
        var after = await shop.Other(null).Client.EventsAsync(0, CancellationToken.None);
        Assert.Equal(before.Select(e => (e.Position, e.Stream, e.Version)), after.Take(before.Count).Select(e => (e.Position, e.Stream, e.Version)));
        var steps = Steps(after);
        Assert.Equal(Enumerable.Range(0, steps.Count), steps.Select(s => s.Data.GetProperty("index").GetInt32()));
        Assert.All(steps.Skip(2).Zip(steps.Skip(1)), pair => Assert.True(pair.First.At - pair.Second.At >= Interval - TimeSpan.FromMilliseconds(100), $"steps at {pair.Second.At:O} and {pair.First.At:O}"));
        shop.Fails(await users.ComplaintsAsync(), after);
    }

    private static async Task<Cluster> StartAsync(PostgresServer database, bool separate = false)
    {
        var shop = await Cluster.StartAsync(database, separate);
        await shop.ApplyAsync($$"""
            project: shop
            service: { host: {{Host}}, userKey: { cookie: uid } }
            environments:
              - name: production
                deploy: { process: { command: [{{EndToEnd.Service}}, healthy], health: /, stopGrace: 2s } }
                checks: []
                strategy: { ramp: { weights: [10%, 20%, 30%, 40%, 50%, 60%, 80%, 100%], every: {{Interval.TotalSeconds}}s } }
                promote: automatic
            """);
        await shop.ReleaseAsync("1.0.0");
        await shop.ServesAsync("1.0.0");
        return shop;
    }

    private static async Task InTheMiddleAsync(Cluster shop)
    {
        await shop.ReleaseAsync("1.1.0");
        await shop.EventuallyAsync(but: null, "the ramp is in its middle", async client => (await client.EnvironmentAsync("shop", "production", CancellationToken.None)).Deployment is { ConfirmedPercent: >= 20 });
    }

    private static async Task EndsWellAsync(Cluster shop, Users? users, Node but, DateTimeOffset lost)
    {
        await shop.EventuallyAsync(but, "1.1.0 serves", async client => await client.EnvironmentAsync("shop", "production", CancellationToken.None) is { Deployment: null, Serving: "1.1.0" });
        var events = await shop.Other(but).Client.EventsAsync(0, CancellationToken.None);

        // The first decision after the loss: whatever was due when it happened is made once somebody else acts.
        var next = events.First(e => e.Stream == "deployment:shop.production.2" && e.At > lost + TimeSpan.FromMilliseconds(300)).At;
        TestContext.Current.TestOutputHelper?.WriteLine($"the others went on {(next - lost).TotalSeconds:0.0} s after the loss");
        Assert.InRange(next - lost, TimeSpan.Zero, GoesOnWithin + Interval);

        var steps = Steps(events);
        Assert.Equal(Enumerable.Range(0, steps.Count), steps.Select(s => s.Data.GetProperty("index").GetInt32()));
        Assert.All(steps.Skip(2).Zip(steps.Skip(1)), pair => Assert.True(pair.First.At - pair.Second.At >= Interval - TimeSpan.FromMilliseconds(100), $"steps at {pair.Second.At:O} and {pair.First.At:O}"));
        Assert.Single(events, e => e is { Stream: "deployment:shop.production.2", Type: "deployment.succeeded" });
        if (users is not null)
            shop.Fails(await users.ComplaintsAsync(), events);
    }

    private static List<EventResponse> Steps(IEnumerable<EventResponse> events) =>
        [.. events.Where(e => e is { Stream: "deployment:shop.production.2", Type: "deployment.step-entered" })];
}
