using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Slipway.Demo.Load;

namespace Slipway.Tests.Demo.Load;

public sealed class LoadGeneratorTests
{
    [Fact]
    public async Task EveryRequestIsCountedAndCarriesItsUser()
    {
        var asked = new ConcurrentBag<(string Uid, bool Employee)>();
        await using var server = await ServeAsync(context =>
        {
            asked.Add((context.Request.Cookies["uid"]!, context.Request.Headers["x-employee"] == "true"));
            context.Response.Headers["x-shop-version"] = "1.0.0";
            context.Response.Headers["x-slipway-environment"] = "production";
            return Task.CompletedTask;
        });
        var ledger = new TrafficLedger(50);
        using var load = new LoadGenerator(Options(server, users: 50) with { EmployeeShare = 0.1 }, ledger, TimeProvider.System);

        await load.RunAsync(CancellationToken.None);

        Assert.Equal(300, load.Sent);
        Assert.Equal(new LoadCounts(300, 0, asked.Select(a => a.Uid).Distinct().Count()), ledger.CountsOf("1.0.0"));
        Assert.Equal(300, ledger.CountsOfEnvironment("production").Requests);
        Assert.All(asked, a => Assert.Equal(string.CompareOrdinal(a.Uid, "user-00005") < 0, a.Employee));
        Assert.Equal(0, load.InFlight);
    }

    [Fact]
    public async Task AFailedAnswerOfTheGatewayNamesTheVersionThatFailed()
    {
        await using var server = await ServeAsync(context =>
        {
            context.Response.StatusCode = 502;
            context.Response.Headers["x-slipway-version"] = "1.1.0";
            return Task.CompletedTask;
        });
        var ledger = new TrafficLedger(50);
        using var load = new LoadGenerator(Options(server, users: 50), ledger, TimeProvider.System);

        await load.RunAsync(CancellationToken.None);

        Assert.Equal((300, 300), (ledger.CountsOf("1.1.0").Requests, ledger.CountsOf("1.1.0").Failures));
    }

    [Fact]
    public async Task AnAnswerThatBreaksOffIsAFailureOfItsVersionAndNoAnswer()
    {
        await using var server = await ServeAsync(async context =>
        {
            context.Response.Headers["x-shop-version"] = "1.1.0";
            context.Response.ContentLength = 8;
            await context.Response.Body.WriteAsync("half"u8.ToArray());
        });
        var ledger = new TrafficLedger(50);
        using var load = new LoadGenerator(Options(server, users: 50) with { MaxRequests = 20 }, ledger, TimeProvider.System);

        await load.RunAsync(CancellationToken.None);

        Assert.Equal((20, 20), (ledger.Total.Requests, ledger.NoAnswers));
        Assert.Equal(20, ledger.CountsOf("1.1.0").Failures);
    }

    [Fact]
    public async Task ASilentServerIsOpenLoopUntilEveryUserWaitsAndThenTimesOut()
    {
        await using var server = await ServeAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        var ledger = new TrafficLedger(10);
        using var load = new LoadGenerator(
            Options(server, users: 10) with { MaxRequests = 10, Timeout = TimeSpan.FromMilliseconds(300) }, ledger, TimeProvider.System);

        await load.RunAsync(CancellationToken.None);

        Assert.Equal(new LoadCounts(10, 10, 0), ledger.Total);
        Assert.Equal(10, ledger.NoAnswers);
    }

    [Fact]
    public async Task ServersThatDisagreeAboutWhoAnsweredAreNoted()
    {
        await using var server = await ServeAsync(context =>
        {
            context.Response.Headers["x-shop-version"] = "1.0.0";
            context.Response.Headers["x-slipway-version"] = "1.1.0";
            return Task.CompletedTask;
        });
        var ledger = new TrafficLedger(50);
        using var load = new LoadGenerator(Options(server, users: 50) with { MaxRequests = 5 }, ledger, TimeProvider.System);

        await load.RunAsync(CancellationToken.None);

        Assert.Equal(5, ledger.Disagreements);
    }

    [Fact]
    public async Task BeingStoppedIsNoFailureOfTheServer()
    {
        using var stop = new CancellationTokenSource();
        await using var server = await ServeAsync(async context =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        var ledger = new TrafficLedger(10);
        using var load = new LoadGenerator(Options(server, users: 10), ledger, TimeProvider.System);

        await load.RunAsync(stop.Token);

        Assert.Equal(default, ledger.Total);
        Assert.Equal(0, load.InFlight);
    }

    private static LoadOptions Options(WebApplication server, int users) => new()
    {
        Target = new Uri(server.Urls.Single()),
        Host = "shop.local",
        RequestsPerSecond = 2000,
        Users = users,
        MaxRequests = 300,
        Duration = TimeSpan.FromSeconds(60),
    };

    private static async Task<WebApplication> ServeAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return app;
    }
}
