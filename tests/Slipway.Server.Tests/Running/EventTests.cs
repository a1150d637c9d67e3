using System.Globalization;
using System.Net.ServerSentEvents;

namespace Slipway.Server.Tests.Running;

public class EventTests
{
    [Fact]
    public async Task TheListGoesOnAfterAPosition()
    {
        await using var server = await RunningServer.StartAsync();
        await HappenAsync(server);

        var all = await server.Client.EventsAsync(0, CancellationToken.None);
        var rest = await server.Client.EventsAsync(all[2].Position, CancellationToken.None);

        Assert.Equal(all.Select(e => e.Position).Order().Distinct(), all.Select(e => e.Position));
        Assert.Equal(all.Skip(3).Select(e => e.Position), rest.Select(e => e.Position));
        Assert.All(all, e => Assert.NotEmpty(e.Summary));
        Assert.Contains(all, e => e.Type == "deployment.succeeded" && e.Stream == "deployment:shop.production.1");
    }

    [Fact]
    public async Task AFollowerThatComesBackMissesNothingAndSeesNothingTwice()
    {
        await using var server = await RunningServer.StartAsync();
        var happening = HappenAsync(server);
        List<string> seen = [];

        for (var round = 0; round < 3; round++)
            seen.AddRange(await FollowAsync(server, seen.LastOrDefault(), 2));
        await happening;
        var all = await server.Client.EventsAsync(0, CancellationToken.None);
        seen.AddRange(await FollowAsync(server, seen.Last(), all.Count - seen.Count));

        Assert.Equal(all.Select(e => e.Position.ToString(CultureInfo.InvariantCulture)), seen);
    }

    [Fact]
    public async Task AFollowerHearsWhatHappensLater()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml());
        var position = (await server.Client.StatusAsync(CancellationToken.None)).Position;
        await using var events = server.Client.FollowAsync(position, CancellationToken.None).GetAsyncEnumerator();
        var next = events.MoveNextAsync().AsTask();

        await server.ReleaseAsync("1.0.0");

        Assert.True(await next.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal("project:shop", events.Current.Stream);
        Assert.Contains("1.0.0", events.Current.Summary, StringComparison.Ordinal);
    }

    private static async Task HappenAsync(RunningServer server)
    {
        await server.ApplyAsync(RunningServer.Yaml("promote: automatic"));
        await server.ReleaseAsync("1.0.0");
        await server.ServesAsync("1.0.0");
    }

    /// <summary>So many ids after the last one, on a connection that is then dropped as a network would.</summary>
    private static async Task<List<string>> FollowAsync(RunningServer server, string? last, int count)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "api/v1/events/stream");
        request.Headers.Add("Last-Event-ID", last ?? "0");
        using CancellationTokenSource enough = new(TimeSpan.FromSeconds(30));
        using var answer = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, enough.Token);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        List<string> ids = [];
        await foreach (var item in SseParser.Create(await answer.Content.ReadAsStreamAsync(enough.Token)).EnumerateAsync(enough.Token))
        {
            ids.Add(item.EventId!);
            if (ids.Count == count)
                break;
        }

        return ids;
    }
}
