using Slipway.Server.Tests.Running;
using Slipway.Testing;

namespace Slipway.Server.Tests.Page;

public class PageTests
{
    [Fact]
    public async Task WithTheTokenItShowsWhatServesInEachEnvironmentAndWhatHappens()
    {
        await using var server = await ServingAsync();
        await using var page = await Chromium.OpenAsync($"{server.Api}#token={server.Token}");

        await Eventually.IsAsync("production is shown with what serves it", async () =>
            await page.EvaluateAsync("document.querySelector('article[aria-label=production] .version')?.textContent") == "1.0.0");
        await Eventually.IsAsync("its events are shown", async () => (await page.TextAsync()).Contains("deployment:shop.production.1", StringComparison.Ordinal));
        await server.ReleaseAsync("1.1.0");
        await Eventually.IsAsync("the next version is shown by itself", async () =>
            await page.EvaluateAsync("document.querySelector('article[aria-label=production] .version')?.textContent") == "1.1.0");

        Assert.DoesNotContain("API token", await page.TextAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("token", await page.AddressAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutTheTokenItAsksForItAndShowsNothing()
    {
        await using var server = await ServingAsync();
        await using var page = await Chromium.OpenAsync(server.Api.ToString());

        await Eventually.IsAsync("it says that a token is needed", async () => (await page.TextAsync()).Contains("a token is needed", StringComparison.Ordinal));
        var text = await page.TextAsync();
        Assert.Contains("API token", text, StringComparison.Ordinal);
        Assert.DoesNotContain("production", text, StringComparison.Ordinal);
        Assert.DoesNotContain("1.0.0", text, StringComparison.Ordinal);

        await page.EvaluateAsync($"(document.getElementById('token').value = '{server.Token}', document.querySelector('#login button').click())");
        await Eventually.IsAsync("with the token typed in it shows production", async () => (await page.TextAsync()).Contains("1.0.0", StringComparison.Ordinal));
    }

    private static async Task<RunningServer> ServingAsync()
    {
        var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml("promote: automatic"));
        await server.ReleaseAsync("1.0.0");
        await server.ServesAsync("1.0.0");
        return server;
    }
}
