using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;
using Slipway.Gateway.Counting;
using Slipway.Testing;

namespace Slipway.Gateway.Tests.Mirroring;

/// <summary>A gateway whose stable version says <c>stable</c>, and whose candidate gets copies and remembers them.</summary>
internal sealed class Shadow : IAsyncDisposable, ITrafficListener
{
    private readonly Backend _stable;
    private readonly Backend _candidate;
    private readonly ConcurrentQueue<SideCounts> _counted = new();

    private Shadow(Front front, Backend stable, Backend candidate, ConcurrentQueue<Seen> copies)
    {
        (Front, _stable, _candidate, Copies) = (front, stable, candidate, copies);
        front.Counter.Subscribe(this);
    }

    public static EnvironmentRoute Production { get; } = Tables.Environment("production", new Slice.Rest(), "1", "2");

    public Front Front { get; }

    /// <summary>What the candidate was sent.</summary>
    public ConcurrentQueue<Seen> Copies { get; }

    public string Stable => _stable.Address;

    /// <param name="percent">Of the requests that are copied.</param>
    /// <param name="candidate">How the candidate answers; it says <c>candidate</c> unless told otherwise.</param>
    public static async Task<Shadow> StartAsync(int percent, RequestDelegate? candidate = null, RequestDelegate? stable = null, GatewayOptions? options = null, TimeProvider? time = null)
    {
        var copies = new ConcurrentQueue<Seen>();
        var one = await Backend.StartAsync(stable ?? (context => context.Response.WriteAsync("stable")));
        var two = await Backend.StartAsync(async context =>
        {
            copies.Enqueue(await Seen.OfAsync(context));
            await (candidate ?? (c => c.Response.WriteAsync("candidate")))(context);
        });
        var shadow = new Shadow(await Front.StartAsync(options, time), one, two, copies);
        shadow.Publish(1, Production with { Mirror = new(percent * 1000) });
        return shadow;
    }

    public void Publish(long version, EnvironmentRoute route, params PathRoute[] routes) =>
        Assert.True(Front.Routes.Publish(Tables.Table(version, Tables.Service(route.At([Stable], [_candidate.Address])) with { Routes = [.. routes] })));

    public async Task<string> AskAsync(HttpRequestMessage request)
    {
        using var _ = request;
        using var response = await Front.Client.SendAsync(request);
        Assert.Equal("1", response.Headers.GetValues("x-slipway-version").Single());
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>Asks the stable version so many times, a few at once, and requires its answer each time.</summary>
    public Task AskAsync(int times) => Task.WhenAll(Enumerable.Range(0, 4).Select(async client =>
    {
        for (var i = client; i < times; i += 4)
            Assert.Equal((200, "stable", "1", "production"), await Front.GetAsync(uid: $"{i}"));
    }));

    /// <summary>Waits until the candidate has been sent so many copies and none is under way, and gives all of its counts.</summary>
    public async Task<SideCounts> CopiedAsync(int times)
    {
        await Eventually.IsAsync($"{times} copies", () => Copies.Count >= times);
        return await CountsAsync("2");
    }

    /// <summary>All counts of a version, once none of its requests is under way.</summary>
    public async Task<SideCounts> CountsAsync(string version, InstanceRole role = InstanceRole.Serving)
    {
        Assert.True(await Front.Counter.WaitForDrainAsync(Tables.Key("production"), new(version), TimeSpan.FromMinutes(1), CancellationToken.None, role));
        Front.Counter.Close(Front.Noon);
        return _counted.Where(s => s.Candidate.Value == version && s.Role == role)
            .Aggregate(new SideCounts { Environment = Tables.Key("production"), Candidate = new(version), Role = role }, (sum, s) => sum.Then(s));
    }

    public void OnSecond(TrafficSecond second)
    {
        foreach (var side in second.Sides)
            _counted.Enqueue(side);
    }

    public async ValueTask DisposeAsync()
    {
        await Front.DisposeAsync();
        await _candidate.DisposeAsync();
        await _stable.DisposeAsync();
    }

    /// <summary>A request as a version saw it.</summary>
    internal sealed record Seen(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body)
    {
        public static async Task<Seen> OfAsync(HttpContext context)
        {
            var target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
            using var reader = new StreamReader(context.Request.Body);
            return new(context.Request.Method, target, context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), await reader.ReadToEndAsync());
        }
    }
}
