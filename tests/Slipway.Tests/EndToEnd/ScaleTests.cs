using System.Globalization;
using Slipway.Testing;

namespace Slipway.Tests.EndToEnd;

/// <summary>Real processes behind a real gateway are scaled while users ask all the time.</summary>
[Collection(EndToEnd.Name)]
public class ScaleTests
{
    private const string Host = "shop.test";

    [Fact]
    public async Task ScalingDownAndUpAndReleasingWithFewerOfTheOldVersionFailsNoRequest()
    {
        EndToEnd.NeedProcesses();
        await using Installation shop = new();
        await shop.StartServerAsync();
        await shop.StartGatewayAsync();
        await shop.ApplyAsync(Yaml(4));
        await shop.ReleaseAsync("1.0.0");
        await shop.ServesAsync("1.0.0");
        await RunsAsync(shop, "1.0.0", 4);
        await using Users some = new(shop.Gateway, Host);
        await using Users others = new(shop.Gateway, Host);
        var first = shop.Processes();

        await ScaleAsync(2);
        Assert.Subset(first.ToHashSet(), shop.Processes().ToHashSet());
        await ScaleAsync(4);
        await ScaleAsync(1);
        await ScaleAsync(4);
        await shop.ReleaseAsync("1.1.0");
        await shop.ServesAsync("1.1.0");
        await RunsAsync(shop, "1.1.0", 4);

        Assert.Empty(await some.ComplaintsAsync());
        Assert.Empty(await others.ComplaintsAsync());
        Assert.Equal((int)ExitCode.Ok, await shop.EndServerAsync());
        Assert.Empty(shop.Processes());

        async Task ScaleAsync(int instances)
        {
            var before = some.Answers;
            await shop.ApplyAsync(Yaml(instances));
            await RunsAsync(shop, "1.0.0", instances);
            await Eventually.IsAsync("users were served meanwhile and are afterwards", () => some.Answers > before + 100);
        }
    }

    private static Task RunsAsync(Installation shop, string version, int instances) => shop.EventuallyAsync($"{instances} of {version} run alone", () =>
    {
        var running = shop.Processes().Where(p => p.Leads).Select(p => p.Instance).ToList();
        return Task.FromResult(running.Count == instances && running.TrueForAll(i => i.Split('~')[0] == $"shop/production/{version}"));
    });

    private static string Yaml(int instances) => $$"""
        project: shop
        service: { host: {{Host}}, userKey: { cookie: uid } }
        environments:
          - name: production
            deploy: { instances: {{instances.ToString(CultureInfo.InvariantCulture)}}, process: { command: [{{EndToEnd.Service}}, healthy], health: /, stopGrace: 2s } }
            checks: []
            scaling: follow
            strategy: { ramp: { weights: [25%, 50%, 75%, 100%], every: 500ms } }
            promote: automatic
        """;
}
