using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Slipway.Api;

namespace Slipway.Tests.Commands;

internal sealed record Asked(string Method, string Path, string Query, string? Token, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>A server that answers what it is told to, checks the token, and remembers what it was asked.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    public const string Token = "slw_0123456789abcdef0123";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Func<HttpContext, Asked, Task>> _answers = new();

    private FakeServer(WebApplication app) => _app = app;

    public ConcurrentQueue<Asked> Requests { get; } = new();

    public string Address => _app.Urls.Single();

    public static async Task<FakeServer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        var app = builder.Build();
        FakeServer server = new(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    /// <param name="route">Method and path: <c>GET /api/v1/status</c>.</param>
    public FakeServer On<T>(string route, T answer) => On(route, (context, _) => context.Response.WriteAsJsonAsync(answer, SlipwayClient.Json));

    /// <summary>Answers one after the other; the last one for ever.</summary>
    public FakeServer On<T>(string route, params T[] answers)
    {
        var next = -1;
        return On(route, (context, _) => context.Response.WriteAsJsonAsync(answers[Math.Min(Interlocked.Increment(ref next), answers.Length - 1)], SlipwayClient.Json));
    }

    public FakeServer On(string route, Func<HttpContext, Asked, Task> answer)
    {
        _answers[route] = answer;
        return this;
    }

    public FakeServer Refuses(string route, int status, params ProblemItem[] problems) => On(route, (context, _) => RefuseAsync(context, status, problems));

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static Task RefuseAsync(HttpContext context, int status, params ProblemItem[] problems)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new ProblemResponse { Title = problems[0].Message, Status = status, Problems = problems }, SlipwayClient.Json, "application/problem+json");
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body);
        var header = context.Request.Headers.Authorization.ToString();
        var token = header.StartsWith("Bearer ", StringComparison.Ordinal) ? header["Bearer ".Length..] : null;
        Asked asked = new(context.Request.Method, context.Request.Path, context.Request.QueryString.ToString(), token, body.ToArray());
        Requests.Enqueue(asked);
        if (asked.Path.StartsWith("/api", StringComparison.Ordinal) && token != Token)
            await RefuseAsync(context, 401, new ProblemItem("SLIP0402", "header Authorization", "the API token is missing or wrong", "send it"));
        else if (_answers.TryGetValue($"{asked.Method} {asked.Path}", out var answer))
            await answer(context, asked);
        else
            context.Response.StatusCode = 404;
    }
}
