using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Slipway.Api;

namespace Slipway.Tests.Commands;

public sealed class EventTests
{
    [Fact]
    public async Task EventsAreListedWithTheirPositions()
    {
        await using var server = (await FakeServer.StartAsync()).On("GET /api/v1/events", Shop.Events);
        var run = await Slip.RunAsync(server, "events", "--after", "39");
        Assert.Equal("?after=39", Assert.Single(server.Requests).Query);
        Assert.StartsWith("    40  2026-11-23 12:00:40Z  shop/production  ada brings", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FollowingGoesOnWhereTheConnectionBroke()
    {
        using CancellationTokenSource stop = new();
        var breaks = 0;
        await using var server = (await FakeServer.StartAsync()).On("GET /api/v1/status", Shop.Status);
        server.On("GET /api/v1/events/stream", async (context, asked) =>
        {
            context.Response.ContentType = "text/event-stream";
            switch (asked.Query)
            {
                case "?after=39":
                    foreach (var e in Shop.Events)
                        await context.Response.WriteAsync(Sse(e), context.RequestAborted);
                    break;
                case "?after=41" when ++breaks < 3:
                    context.Abort();
                    break;
                case "?after=41":
                    await context.Response.WriteAsync(Sse(Shop.Event(42, "shop", "x", "after the break")), context.RequestAborted);
                    break;
                default:
                    stop.Cancel();
                    break;
            }
        });
        var run = await Slip.RunAsync(Slip.Variables(server), "", stop.Token, "events", "--follow", "--after", "39", "--format", "json");
        Assert.Equal(ExitCode.Interrupted, run.Code);
        Assert.Equal([40L, 41, 42], run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("position").GetInt64()));
    }

    [Fact]
    public async Task WatchWithoutATerminalShowsTheGridAndThenEachEventOnce()
    {
        using CancellationTokenSource stop = new();
        var looks = 0;
        await using var server = await FakeServer.StartAsync();
        server.On("GET /api/v1/status", (context, _) =>
        {
            if (++looks == 4)
                stop.Cancel();
            return context.Response.WriteAsJsonAsync(Shop.Status with { Position = looks >= 2 ? 42 : 41 }, SlipwayClient.Json);
        });
        server.On("GET /api/v1/events", (context, asked) => context.Response.WriteAsJsonAsync(asked.Query == "?after=41" ? [Shop.Event(42, "shop", "x", "something new")] : Shop.Events, SlipwayClient.Json));
        var run = await Slip.RunAsync(Slip.Variables(server), "", stop.Token, "watch");
        Assert.Equal(ExitCode.Interrupted, run.Code);
        Assert.Equal(2, run.Out.Split("ENVIRONMENT").Length);
        Assert.Equal(2, run.Out.Split("something new").Length);
        Assert.DoesNotContain('\u001b', run.Out);
    }

    private static string Sse(EventResponse e) => $"id: {e.Position}\ndata: {JsonSerializer.Serialize(e, SlipwayClient.Json)}\n\n";
}
