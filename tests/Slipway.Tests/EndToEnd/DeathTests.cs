using System.Diagnostics;
using Slipway.Api;
using Slipway.Testing;

namespace Slipway.Tests.EndToEnd;

/// <summary>
/// A server that dies again and again, at every event that it stores and between every effect and its answer, takes a release to everyone all
/// the same: no step twice, no share that falls, no instance left over, and no user ever sees a failure.
/// </summary>
[Collection(EndToEnd.Name)]
public class DeathTests(ITestOutputHelper output)
{
    private const string Host = "shop.test";

    /// <summary>Long enough for any one thing to happen; a server that has nothing left to die of lives longer.</summary>
    private static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(12);

    /// <summary>On a machine that is busy with something else a life is slower, and it has something left to die of until the release is through.</summary>
    private static readonly TimeSpan SlowestLife = TimeSpan.FromMinutes(2);

    /// <summary>Two; as many as SLIPWAY_DEATHS says.</summary>
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, int.TryParse(Environment.GetEnvironmentVariable("SLIPWAY_DEATHS"), out var seeds) ? seeds : 2)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task AReleaseSurvivesAServerThatDiesAtEveryPoint(int seed)
    {
        EndToEnd.NeedProcesses();
        await using Installation shop = new();
        await shop.StartServerAsync();
        await shop.StartGatewayAsync();
        await shop.ApplyAsync($$"""
            project: shop
            service: { host: {{Host}}, userKey: { cookie: uid } }
            environments:
              - name: production
                deploy: { process: { command: [{{EndToEnd.Service}}, healthy], health: /, stopGrace: 2s } }
                checks: []
                strategy: [{ weight: 25% }, { weight: 60% }, { weight: 100% }]
                promote: manual
            """);
        await shop.ReleaseAsync("1.0.0");
        await shop.Client.ActAsync("shop", "production", "deploy", new DeployActionRequest("1.0.0", "ada"), CancellationToken.None);
        await shop.ServesAsync("1.0.0");
        await shop.ReleaseAsync("1.1.0");
        await using Users users = new(shop.Gateway, Host);
        await shop.Client.ActAsync("shop", "production", "deploy", new DeployActionRequest("1.1.0", "ada"), CancellationToken.None);
        await shop.KillServerAsync();

        var deaths = await DieAsync(shop, new Random(seed));

        await shop.StartServerAsync();
        await shop.ServesAsync("1.1.0");
        await Eventually.IsAsync("only the new version runs, in one instance", () => shop.Processes() is [{ Instance: "shop/production/1.1.0" }]);
        var events = (await shop.Client.EventsAsync(0, CancellationToken.None)).Where(e => e.Stream == "deployment:shop.production.2").ToList();
        output.WriteLine($"{deaths} deaths over {events.Count} events");
        Assert.True(deaths >= 6, $"it died only {deaths} times");
        Assert.Empty(await users.ComplaintsAsync());
        Assert.Equal([0, 1, 2, 3], events.Where(e => e.Type == "deployment.step-entered").Select(e => e.Data.GetProperty("index").GetInt32()));
        Assert.Single(events, e => e.Type == "deployment.succeeded");
        Assert.DoesNotContain(events, e => e.Type is "deployment.rollback-started" or "deployment.candidate-exited");
        Assert.Equal((int)ExitCode.Ok, await shop.EndServerAsync());
        Assert.Empty(shop.Processes());
    }

    /// <summary>One short life after the other, until a server finds nothing left to die of.</summary>
    private static async Task<int> DieAsync(Installation shop, Random chance)
    {
        for (var deaths = 0; ; deaths++)
        {
            shop.StartDyingServer(chance.Next(1, 5));
            var born = Stopwatch.GetTimestamp();
            using PeriodicTimer look = new(TimeSpan.FromMilliseconds(20));
            while (!shop.HasDied && (Stopwatch.GetElapsedTime(born) < LongestLife || (Stopwatch.GetElapsedTime(born) < SlowestLife && !await IsOverAsync(shop))))
                await look.WaitForNextTickAsync();
            if (shop.HasDied)
                continue;
            await shop.KillServerAsync();
            return deaths;
        }
    }

    /// <summary>Whether the release is through. A server that does not answer is still busy with it.</summary>
    private static async Task<bool> IsOverAsync(Installation shop)
    {
        try
        {
            return (await shop.Client.EventsAsync(0, CancellationToken.None)).Any(e => e.Stream == "deployment:shop.production.2" && e.Type == "deployment.succeeded");
        }
        catch (Exception e) when (Refusal.IsBrokenConnection(e))
        {
            return false;
        }
    }
}
