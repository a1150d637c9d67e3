using System.Globalization;
using System.Net;

namespace Shop;

/// <summary>A small web shop to release: healthy, or broken in the way its <c>shop.json</c> asks for.</summary>
public static class ShopApp
{
    /// <summary>As a process that aborted: 128 + SIGABRT.</summary>
    public const int CrashExitCode = 134;

    /// <summary>
    /// Serves on 127.0.0.1 at the port in <c>PORT</c> until told to stop. Reads <c>shop.json</c> in the working directory, and
    /// <c>SLIPWAY_ENVIRONMENT</c> and <c>SLIPWAY_VERSION</c>. Returns 2 when <c>PORT</c> is missing, else 0.
    /// </summary>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable("PORT"), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > IPEndPoint.MaxPort)
        {
            await Console.Error.WriteLineAsync("shop: PORT is missing or no port number; set it, such as PORT=8080");
            return 2;
        }

        var config = ShopConfig.Load("shop.json");
        var version = Environment.GetEnvironmentVariable("SLIPWAY_VERSION") is { Length: > 0 } given ? given : config.Version;
        var environment = Environment.GetEnvironmentVariable("SLIPWAY_ENVIRONMENT") is { Length: > 0 } name ? name : "production";
        await using var app = Build(args, port, config, version, environment);
        await app.StartAsync(cancellationToken);
        await Console.Out.WriteLineAsync($"shop {version} serves {environment} on {string.Join(", ", app.Urls)}");
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    internal static WebApplication Build(string[] args, int port, ShopConfig config, string version, string environment)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ShopJson.Default));
        var app = builder.Build();
        var chance = new Chance((ulong)Environment.ProcessId << 32 | (uint)Environment.TickCount);
        var faults = new Faults(config.Faults, environment, chance, () => Environment.Exit(CrashExitCode));
        app.Use((context, next) => AnswerAsync(context, next, faults, version, environment));
        Map(app, version, environment);
        return app;
    }

    private static async Task AnswerAsync(HttpContext context, RequestDelegate next, Faults faults, string version, string environment)
    {
        context.Response.Headers["x-shop-version"] = version;
        context.Response.Headers["x-shop-environment"] = environment;
        if (await faults.PassAsync(context.Request.Path, context.RequestAborted))
        {
            await next(context);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        await context.Response.WriteAsync("the shop broke", context.RequestAborted);
    }

    private static void Map(WebApplication app, string version, string environment)
    {
        var page = Page.Render(version, environment);
        var cart = new Cart(2, Products.All[0].Price + Products.All[3].Price);
        app.MapGet("/", () => Results.Content(page, "text/html; charset=utf-8"));
        app.MapGet("/products", () => Products.All);
        app.MapGet("/products/{id:int}", (int id) => Array.Find(Products.All, p => p.Id == id) is { } product ? Results.Ok(product) : Results.NotFound());
        app.MapGet("/cart", () => cart);
        app.MapPost("/cart", () => cart);
        app.MapPost("/checkout", () => Results.Content("thank you", "text/plain"));
        app.MapGet("/healthz", () => "ok");
    }
}
