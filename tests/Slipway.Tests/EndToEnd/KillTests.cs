using Slipway.Api;
using Slipway.Testing;

namespace Slipway.Tests.EndToEnd;

/// <summary>The server is killed as by a power cut, with real processes, a gateway of its own, and users who ask all the while.</summary>
[Collection(EndToEnd.Name)]
public class KillTests
{
    private const string Host = "shop.test";

    [Fact]
    public async Task AKillInTheMiddleOfARampLosesNoRequestRepeatsNoStepAndLeavesNoOrphan()
    {
        EndToEnd.NeedProcesses();
        await using Installation shop = new();
        await StartAsync(shop, Yaml($"{EndToEnd.Service}, healthy"));
        await using Users users = new(shop.Gateway, Host);
        HashSet<Marked> seen = [];

        await shop.ReleaseAsync("1.1.0");
        await shop.EventuallyAsync("the ramp is in its middle", async () => Note(shop, seen) && (await shop.ProductionAsync()).Deployment is { ConfirmedPercent: >= 20 });
        await shop.KillServerAsync();
        var before = users.Answers;
        await Eventually.IsAsync("users are served without a server", () => users.Answers > before + 200);
        Assert.Equal(["1.0.0", "1.1.0"], users.Last.Distinct().Order());
        await shop.StartServerAsync();
        Note(shop, seen);

        await EndsWellAsync(shop, users, seen);
    }

    [Fact]
    public async Task AKillWhileACandidateStartsLeavesOneOfItAndTheRolloutGoesOn()
    {
        EndToEnd.NeedProcesses();
        await using Installation shop = new();
        string Door(string version) => Path.Combine(shop.Home, $"open-{version}");
        await File.WriteAllTextAsync(Door("1.0.0"), "");
        await StartAsync(shop, Yaml($"sh, -c, \"while [ ! -e {Door("{version}")} ]; do sleep 0.05; done; exec {EndToEnd.Service} healthy\""));
        await using Users users = new(shop.Gateway, Host);
        HashSet<Marked> seen = [];

        await shop.ReleaseAsync("1.1.0");
        await shop.EventuallyAsync("the candidate is starting", () => Task.FromResult(Note(shop, seen) && seen.Any(p => p.Instance == "shop/production/1.1.0")));
        await shop.KillServerAsync();
        await shop.StartServerAsync();
        Note(shop, seen);
        Assert.All(users.Last.OfType<string>(), version => Assert.Equal("1.0.0", version));
        await File.WriteAllTextAsync(Door("1.1.0"), "");

        await EndsWellAsync(shop, users, seen);
    }

    private static async Task StartAsync(Installation shop, string yaml)
    {
        await shop.StartServerAsync();
        await shop.StartGatewayAsync();
        await shop.ApplyAsync(yaml);
        await shop.ReleaseAsync("1.0.0");
        await shop.ServesAsync("1.0.0");
    }

    private static async Task EndsWellAsync(Installation shop, Users users, HashSet<Marked> seen)
    {
        await shop.ServesAsync("1.1.0");
        await Eventually.IsAsync("only the new version runs", () => Note(shop, seen) && shop.Processes() is [{ Instance: "shop/production/1.1.0" }]);
        Assert.Empty(await users.ComplaintsAsync());
        Assert.Equal(["shop/production/1.0.0", "shop/production/1.1.0"], seen.Select(p => p.Instance).Order());
        Verify(await shop.Client.EventsAsync(0, CancellationToken.None));

        Assert.Equal((int)ExitCode.Ok, await shop.EndServerAsync());
        Assert.Empty(shop.Processes());
    }

    /// <summary>The whole rollout as it was stored: every step once and in order, the share only ever growing, one end.</summary>
    private static void Verify(IReadOnlyList<EventResponse> all)
    {
        var events = all.Where(e => e.Stream == "deployment:shop.production.2").ToList();
        var steps = events.Where(e => e.Type == "deployment.step-entered").Select(e => e.Data.GetProperty("index").GetInt32()).ToList();
        var weights = events.Where(e => e.Type == "deployment.split-confirmed").Select(e => e.Data.GetProperty("split"))
            .Where(s => s.TryGetProperty("candidate", out var candidate) && candidate.ValueKind is System.Text.Json.JsonValueKind.String)
            .Select(s => s.GetProperty("weight").GetInt32()).ToList();

        Assert.Equal(Enumerable.Range(0, steps.Count), steps);
        Assert.True(steps.Count > 6, $"only {steps.Count} steps");
        Assert.Equal(weights.Order(), weights);
        Assert.Equal([5_000, 10_000, 20_000, 40_000, 80_000, 100_000], weights.Where(w => w > 0).Distinct());
        Assert.Single(events, e => e.Type == "deployment.succeeded");
        Assert.DoesNotContain(events, e => e.Type is "deployment.rollback-started" or "deployment.candidate-exited");
    }

    /// <summary>Remembers the instances that run now, each by its process.</summary>
    private static bool Note(Installation shop, HashSet<Marked> seen)
    {
        seen.UnionWith(shop.Processes().Where(p => p.Leads));
        return true;
    }

    private static string Yaml(string command) => $$"""
        project: shop
        service: { host: {{Host}}, userKey: { cookie: uid } }
        environments:
          - name: production
            deploy: { process: { command: [{{command}}], health: /, stopGrace: 2s } }
            checks: []
            strategy: { ramp: { weights: [5%, 10%, 20%, 40%, 80%, 100%], every: 300ms } }
            promote: automatic
        """;
}
