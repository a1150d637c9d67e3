using Microsoft.AspNetCore.Http;
using Slipway.Core.Traffic;
using Slipway.Gateway.Counting;
using Slipway.Gateway.Tests.Mirroring;
using Slipway.Gateway.Routing;

namespace Slipway.Gateway.Tests.Counting;

public class RouteCountingTests
{
    private static readonly PathRoute[] Named = [new("checkout", "/checkout"), new("search", "/api/search"), new("api", "/api")];

    [Theory]
    [InlineData("/checkout", "checkout")]
    [InlineData("/checkout/", "checkout")]
    [InlineData("/checkout/3/pay", "checkout")]
    [InlineData("/checkouts", "other")]
    [InlineData("/Checkout", "other")]
    [InlineData("/api/search/x", "search")]
    [InlineData("/api/searching", "api")]
    [InlineData("/", "other")]
    [InlineData("", "other")]
    public void TheLongestPrefixOfWholeSegmentsCounts(string path, string route)
    {
        PathRoutes routes = new([.. Named]);

        Assert.Equal(route, routes.Names[routes.Of(path)]);
        Assert.Equal(PathRoutes.None, new PathRoutes(default).Of(path));
    }

    [Fact]
    public async Task RequestsAreCountedByTheirRouteToo()
    {
        await using var shop = await Backend.StartAsync(AnswerAsync);
        await using var front = await Front.StartAsync();
        front.Routes.Publish(Table(1, shop.Address, Named));
        foreach (var path in (string[])["/checkout/1", "/checkout?uid=3", "/api/%73earch", "/api/x", "/", "/about"])
            await front.GetAsync(path: path);
        await front.GetAsync(path: "/checkout/broken");
        await front.GetAsync(path: "/api/gone");

        var side = await front.CountsAsync();

        Assert.Equal(
            [("route/api", 2, 0, 1, 1), ("route/checkout", 3, 1, 0, 3), ("route/other", 2, 0, 0, 2), ("route/search", 1, 0, 0, 1)],
            side.Strata.Select(s => (s.Name, s.Completed, s.ServerErrors, s.NoAnswer, s.Latency.Total)));
        Assert.Equal((8, 1, 1), (side.Completed, side.ServerErrors, side.NoAnswer));
    }

    [Fact]
    public async Task CopiesAreCountedByTheRouteOfTheirRequest()
    {
        await using var shadow = await Shadow.StartAsync(percent: 100);
        shadow.Publish(2, Shadow.Production with { Mirror = Weight.Full }, Named);
        foreach (var path in (string[])["/checkout", "/checkout/1", "/about"])
            await shadow.AskAsync(Front.Request(path));

        Assert.Equal([("route/checkout", 2), ("route/other", 1)], (await shadow.CopiedAsync(3)).Strata.Select(s => (s.Name, s.Completed)));
    }

    [Fact]
    public async Task WhereNoRouteIsNamedNothingIsCountedApart()
    {
        await using var shop = await Backend.StartAsync("1");
        await using var front = await Front.StartAsync(shop);
        await front.GetAsync(path: "/checkout");

        Assert.True((await front.CountsAsync()).Strata.IsDefault);
    }

    [Fact]
    public async Task ARouteThatIsStillNamedGoesOnAndOthersBeginAndEndWithTheTable()
    {
        await using var shop = await Backend.StartAsync("1");
        await using var front = await Front.StartAsync();
        front.Routes.Publish(Table(1, shop.Address, Named));
        await front.GetAsync(path: "/checkout");
        await front.GetAsync(path: "/api");
        Assert.True(await front.Counter.WaitForDrainAsync(Tables.Key("production"), new("1"), TimeSpan.FromMinutes(1), CancellationToken.None));

        front.Routes.Publish(Table(2, shop.Address, [new("pages", "/pages"), Named[0]]));
        await front.GetAsync(path: "/pages");
        await front.GetAsync(path: "/checkout");

        Assert.Equal([("route/checkout", 2), ("route/pages", 1)], (await front.CountsAsync()).Strata.Select(s => (s.Name, s.Completed)));
    }

    [Fact]
    public void CountingByRouteAllocatesNothing()
    {
        PathRoutes routes = new([.. Named]);
        RouteCounter counter = new("checkout");
        Count(100);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Count(10_000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Count(int times)
        {
            for (var i = 0; i < times; i++)
            {
                if (routes.Of("/checkout/3") == 0)
                    counter.Leave(Ending.Answered, 200 + (i % 2 * 300), i / 1e5);
            }
        }
    }

    private static RouteTable Table(long version, string address, PathRoute[] routes) =>
        Tables.Table(version, Tables.Service(Tables.Environment("production", new Slice.Rest(), "1").At([address])) with { Routes = [.. routes] });

    private static Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path.Value!.EndsWith("gone", StringComparison.Ordinal))
            context.Abort();
        context.Response.StatusCode = context.Request.Path.Value.EndsWith("broken", StringComparison.Ordinal) ? 500 : 200;
        return Task.CompletedTask;
    }
}
