using System.Diagnostics;
using System.Globalization;
using System.Net.ServerSentEvents;
using Slipway.Testing;

namespace Slipway.Server.Tests.Running;

public class FollowerTests(ITestOutputHelper output)
{
    private const int Followers = 2_000;

    [Fact]
    public async Task TwoThousandFollowersWhoDropAndComeBackAllHearEverythingOnce()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ApplyAsync(RunningServer.Yaml());
        using HttpClient http = new() { BaseAddress = server.Api, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = server.Http.DefaultRequestHeaders.Authorization;
        using CancellationTokenSource enough = new(TimeSpan.FromMinutes(2));
        var heard = Enumerable.Range(0, Followers).Select(_ => new List<string>()).ToArray();
        var begun = Stopwatch.GetTimestamp();
        var following = heard.Select((ids, number) => Task.Run(() => FollowAsync(http, ids, drops: number % 4 == 0, enough.Token))).ToList();
        await Eventually.IsAsync("all follow", () => heard.All(ids => ids.Count > 0));
        var followed = Stopwatch.GetElapsedTime(begun);

        await server.ReleaseAsync("1.0.0");
        await server.ActAsync("promote");
        await server.ServesAsync("1.0.0");
        begun = Stopwatch.GetTimestamp();
        var expected = (await server.Client.EventsAsync(0, CancellationToken.None)).Select(e => e.Position.ToString(CultureInfo.InvariantCulture)).ToList();
        await Eventually.IsAsync("all have heard the last event", () => heard.All(ids => ids.Count >= expected.Count));
        output.WriteLine($"{Followers} followers in {followed.TotalSeconds:0.0} s; all had heard the last of {expected.Count} events {Stopwatch.GetElapsedTime(begun).TotalMilliseconds:0} ms after it was seen to have happened");
        await enough.CancelAsync();
        await Task.WhenAll(following);

        Assert.All(heard, ids => Assert.Equal(expected, ids));
    }

    /// <summary>Follows until it is enough; who drops does so after every second event, three times, and comes back where it was.</summary>
    private static async Task FollowAsync(HttpClient http, List<string> ids, bool drops, CancellationToken cancellationToken)
    {
        try
        {
            for (var left = drops ? 3 : 0; ; left--)
            {
                using HttpRequestMessage request = new(HttpMethod.Get, "api/v1/events/stream");
                request.Headers.Add("Last-Event-ID", ids.LastOrDefault() ?? "0");
                using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                await foreach (var item in SseParser.Create(await answer.Content.ReadAsStreamAsync(cancellationToken)).EnumerateAsync(cancellationToken))
                {
                    ids.Add(item.EventId!);
                    if (left > 0 && ids.Count % 2 == 0)
                        break;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && cancellationToken.IsCancellationRequested)
        {
            // It is enough.
        }
    }
}
