using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Core.Traffic;
using Slipway.Gateway;
using Yarp.ReverseProxy.Configuration;

namespace Slipway.Bench.Gateway;

/// <summary>The .NET processes that are measured.</summary>
internal static class Servers
{
    /// <summary>A tiny backend, for machines without nginx.</summary>
    public static async Task<int> BackendAsync(string port)
    {
        var app = Create(port).Build();
        app.Run(context =>
        {
            context.Response.ContentLength = 2;
            return context.Response.WriteAsync("ok");
        });
        await app.RunAsync();
        return 0;
    }

    /// <summary>The smallest idiomatic YARP: one route, one cluster, one destination.</summary>
    public static async Task<int> YarpAsync(string port, string backend)
    {
        var builder = Create(port);
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "backend", Match = new() { Path = "{**rest}" } }],
            [new ClusterConfig { ClusterId = "backend", Destinations = new Dictionary<string, DestinationConfig> { ["one"] = new() { Address = backend } } }]);
        var app = builder.Build();
        app.MapReverseProxy();
        await app.RunAsync();
        return 0;
    }

    /// <summary>Slipway's gateway in the middle of a rollout: a canary slice, two sides at 5 %, users known by a cookie, counters on.</summary>
    public static async Task<int> SlipwayAsync(string port, string backend)
    {
        await using var host = new GatewayHost(new() { Listen = [$"http://127.0.0.1:{port}"] }, NullLoggerFactory.Instance, TimeProvider.System);
        host.Routes.Publish(new()
        {
            Version = 1,
            Services =
            [
                new()
                {
                    Project = new("shop"),
                    Hosts = ["127.0.0.1"],
                    UserKey = new(UserKeyKind.Cookie, "uid"),
                    Environments =
                    [
                        new() { Environment = new("canary"), Slice = new Slice.Percent(new(1_000)), Stable = new(new("1.1.0"), [backend]) },
                        new()
                        {
                            Environment = new("production"),
                            Slice = new Slice.Rest(),
                            Stable = new(new("1.0.0"), [backend]),
                            Candidate = new(new("1.1.0"), [backend]),
                            Weight = new(5_000),
                            Salt = "shop/production/1.1.0",
                        },
                    ],
                },
            ],
        });
        if (await host.StartAsync(CancellationToken.None) is { IsEmpty: false } problems)
        {
            await Console.Error.WriteLineAsync(string.Join('\n', problems));
            return 1;
        }

        await Task.Delay(Timeout.Infinite);
        return 0;
    }

    private static WebApplicationBuilder Create(string port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}").ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        return builder;
    }
}
