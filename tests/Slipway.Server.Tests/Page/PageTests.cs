using Slipway.Api;
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

    [Fact]
    public async Task WhatDoesSomethingNowHasAButtonThatSaysWhatWillHappenAndAsksWhy()
    {
        await using var server = await RunningServer.PausedAsync();
        await using var page = await Chromium.OpenAsync($"{server.Api}#token={server.Token}");

        await Eventually.IsAsync("its buttons are those that do something", async () => await ButtonsAsync(page) == "abort,hold,promote,promote --full,resume,rollback");
        Assert.Contains("waits for a person", await page.TextAsync(), StringComparison.Ordinal);
        await page.EvaluateAsync(Click("abort"));
        Assert.Contains("Say who you are first", await page.TextAsync(), StringComparison.Ordinal);
        Assert.Equal("by", await page.EvaluateAsync("document.activeElement.id"));

        await page.EvaluateAsync("(document.getElementById('by').value = 'grace', document.getElementById('by').dispatchEvent(new Event('change')))");
        await page.EvaluateAsync(Click("abort"));
        Assert.Equal("shop.production.2: it goes back to 1.0.0", await page.EvaluateAsync("document.getElementById('confirm-says').textContent"));
        await page.EvaluateAsync("(document.getElementById('reason').value = 'wrong branch', document.getElementById('confirm-do').click())");

        await server.ServesAsync("1.0.0");
        Assert.Equal("rolled back: aborted by grace: wrong branch", (await server.Client.DeploymentAsync("shop.production.2", CancellationToken.None)).Why);
        await Eventually.IsAsync("it says what happened", async () => (await page.TextAsync()).Contains("production: shop.production.2: it goes back to 1.0.0", StringComparison.Ordinal));
        await Eventually.IsAsync("its buttons follow", async () => (await ButtonsAsync(page)).Contains("retry", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AFleetThatFillsAScreenIsShownByItsRingsAndOnlyTargetsWithSomethingToSeeHaveACard()
    {
        await using var server = await RunningServer.StartAsync();
        var rings = string.Join(", ", Enumerable.Range(1, 5).Select(r => $"{{ name: ring-{r}, targets: [{string.Join(", ", Enumerable.Range(1, 40).Select(t => $"r{r}-{t}"))}] }}"));
        await server.ApplyAsync($"project: shop\nenvironments: [{{ name: production, slice: none, deploy: {{ process: {{ command: [./shop] }} }}, targets: {{ rings: [{rings}] }} }}]");
        await server.Client.ActAsync("shop", "production-r2-7", "hold", new ActionRequest("ada", "to see"), CancellationToken.None);
        await using var page = await Chromium.OpenAsync($"{server.Api}#token={server.Token}");

        await Eventually.IsAsync("its rings are shown", async () => (await page.TextAsync()).Contains("0 of 40", StringComparison.Ordinal));
        Assert.Equal("production-r2-7", await page.EvaluateAsync("[...document.querySelectorAll('article')].map(a => a.getAttribute('aria-label')).join()"));
        Assert.Equal("production: nothing was ever deployed to its 200 targets", (await server.Client.ExplainAsync("shop", "production", CancellationToken.None)).Summary);
        Assert.Contains("199 without a card: nothing is under way there", await page.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AButtonKeepsTheFocusWhileTheCardIsDrawnAgain()
    {
        await using var server = await RunningServer.PausedAsync();
        await using var page = await Chromium.OpenAsync($"{server.Api}#token={server.Token}");
        await Eventually.IsAsync("its buttons are there", async () => (await ButtonsAsync(page)).Contains("resume", StringComparison.Ordinal));

        await page.EvaluateAsync($"({Button("promote --full")}.focus(), window.drawn = document.querySelector('article .why'))");
        await Eventually.IsAsync("the card is drawn again", async () => await page.EvaluateAsync("window.drawn.isConnected") == "false");
        Assert.Equal("promote --full", await page.EvaluateAsync("document.activeElement.textContent"));
        await server.ActAsync("hold");
        await Eventually.IsAsync("the buttons change", async () => (await ButtonsAsync(page)).Contains("unhold", StringComparison.Ordinal));
        Assert.Equal("promote --full", await page.EvaluateAsync("document.activeElement.textContent"));
    }

    [Fact]
    public async Task WhatWaitsAndWhoHoldsPromotionsIsShown()
    {
        await using var server = await RunningServer.PausedAsync();
        await server.ReleaseAsync("1.2.0");
        await server.ActAsync("deploy", new DeployActionRequest("1.2.0", "bob", "the fix"));
        await server.ActAsync("hold", new ActionRequest("ada", "incident 12"));
        await using var page = await Chromium.OpenAsync($"{server.Api}#token={server.Token}");

        await Eventually.IsAsync("what waits is shown", async () => (await page.TextAsync()).Contains("1.2.0 waits, asked for by bob: shop.production.2 (1.1.0) is under way", StringComparison.Ordinal));
        Assert.Contains("nothing comes in by itself, says ada: incident 12", await page.TextAsync(), StringComparison.Ordinal);
    }

    private static string Button(string label) => $"[...document.querySelectorAll('article[aria-label=production] .actions button')].find((b) => b.textContent === '{label}')";

    private static string Click(string label) => $"{Button(label)}.click()";

    private static Task<string> ButtonsAsync(Chromium page) =>
        page.EvaluateAsync("[...document.querySelectorAll('article[aria-label=production] .actions button')].map((b) => b.textContent).sort().join(',')");

    private static async Task<RunningServer> ServingAsync()
    {
        var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml("promote: automatic"));
        await server.ReleaseAsync("1.0.0");
        await server.ServesAsync("1.0.0");
        return server;
    }
}
