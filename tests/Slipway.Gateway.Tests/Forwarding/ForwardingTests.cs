using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Slipway.Core.Traffic;

namespace Slipway.Gateway.Tests.Forwarding;

public class ForwardingTests
{
    [Fact]
    public async Task EveryResponseNamesTheVersionAndTheEnvironmentThatAnsweredAndNobodyElse()
    {
        await using var version = await Backend.StartAsync(context =>
        {
            context.Response.Headers["X-Slipway-Version"] = "a liar";
            context.Response.StatusCode = 404;
            return context.Response.WriteAsync("no");
        });
        await using var front = await Front.StartAsync(version);

        Assert.Equal((404, "no", "1", "production"), await front.GetAsync());
    }

    [Fact]
    public async Task WithNothingDeployedTheAnswerSaysSoAndNamesTheHost()
    {
        await using var front = await Front.StartAsync();

        var (status, body, version, _) = await front.GetAsync();

        Assert.Equal((503, null), (status, version));
        Assert.StartsWith($"Nothing is deployed for '127.0.0.1:{front.Client.BaseAddress!.Port}'", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UsersStayWhereTheirHashPutsThemThroughTheWholeGateway()
    {
        await using var one = await Backend.StartAsync("one");
        await using var two = await Backend.StartAsync("two");
        await using var front = await Front.StartAsync(one, two, weight: 30_000);

        for (var id = 0; id < 200; id++)
        {
            var expected = UserHash.Bucket("shop/production/2", $"{id}") < 30_000 ? (200, "two", "2", "production") : (200, "one", "1", "production");
            Assert.Equal(expected, await front.GetAsync(uid: $"{id}"));
        }
    }

    [Fact]
    public async Task ManyEndpointsTakeTurns()
    {
        await using var a = await Backend.StartAsync("a");
        await using var b = await Backend.StartAsync("b");
        await using var front = await Front.StartAsync();
        front.Routes.Publish(Tables.Table(1, Tables.Service(Tables.Environment("production", new Slice.Rest(), "1").At([a.Address, b.Address + "/"]))));

        var answers = new List<string>();
        for (var i = 0; i < 6; i++)
            answers.Add((await front.GetAsync()).Body);

        Assert.Equal(3, answers.Count(x => x == "a"));
        Assert.Equal(3, answers.Count(x => x == "b"));
    }

    [Fact]
    public async Task TheVersionSeesTheHostAndWhoAskedAndNotWhatAStrangerClaims()
    {
        await using var version = await Backend.StartAsync(Tell);
        await using var front = await Front.StartAsync(version);
        using var request = Front.Request("/a%2Fb/%C3%BC/%41?q=%20x#y");
        request.Headers.Host = "Shop.local:81";
        request.Headers.Add("X-Forwarded-For", "6.6.6.6");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", "evil");

        Assert.Equal("Shop.local:81 127.0.0.1 http Shop.local:81 /a%2Fb/%C3%BC/A?q=%20x", await TextAsync(front, request));
    }

    [Fact]
    public async Task ATrustedProxyIsBelievedAndNamedInTheChain()
    {
        await using var version = await Backend.StartAsync(Tell);
        await using var front = await Front.StartAsync(version, options: new() { TrustedProxies = ["127.0.0.0/8"] });
        using var request = Front.Request();
        request.Headers.Host = "shop.local";
        request.Headers.Add("X-Forwarded-For", "9.9.9.9");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", "www.shop");

        Assert.Equal("shop.local 9.9.9.9,127.0.0.1 https www.shop /", (await TextAsync(front, request)).Replace(", ", ",", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, "9.9.9.9", "2")]
    [InlineData(true, "9.9.9.9, 127.0.0.9", "2")]
    [InlineData(true, "9.9.9.9, 8.8.8.8", "1")]
    [InlineData(false, "9.9.9.9", "1")]
    public async Task AnAudienceByNetworkLooksThroughTrustedProxiesOnly(bool trusted, string chain, string expected)
    {
        await using var version = await Backend.StartAsync("ok");
        await using var front = await Front.StartAsync(options: new() { TrustedProxies = trusted ? ["127.0.0.0/8"] : [] });
        front.Routes.Publish(Tables.Table(1, Tables.Service(
            Tables.Environment("production", new Slice.Rest(), "1", "2", 0, new() { Cidrs = ["9.0.0.0/8"] }).At([version.Address]))));
        using var request = Front.Request();
        request.Headers.Add("X-Forwarded-For", chain);

        using var response = await front.Client.SendAsync(request);

        Assert.Equal(expected, response.Headers.GetValues("x-slipway-version").Single());
    }

    [Fact]
    public async Task HeadersBeyondAsciiPassBothWaysAndAreTheSameUserKey()
    {
        await using var version = await Backend.StartAsync(context => context.Response.WriteAsync(context.Request.Headers["x-name"].ToString()));
        await using var front = await Front.StartAsync(version);
        using var client = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.UTF8 }) { BaseAddress = front.Client.BaseAddress };
        using var request = Front.Request();
        request.Headers.Add("x-name", "Zoë 用户");

        Assert.Equal("Zoë 用户", await (await client.SendAsync(request)).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task BigBodiesStreamBothWays()
    {
        const int size = 40_000_000;
        await using var version = await Backend.StartAsync(async context =>
        {
            using var all = new MemoryStream();
            await context.Request.Body.CopyToAsync(all);
            await context.Response.Body.WriteAsync(all.ToArray());
        });
        await using var front = await Front.StartAsync(version);
        var sent = new byte[size];
        new Random(1).NextBytes(sent);
        using var request = Front.Request(method: HttpMethod.Post);
        request.Content = new ByteArrayContent(sent);

        using var response = await front.Client.SendAsync(request);
        var received = await response.Content.ReadAsByteArrayAsync();

        Assert.True(sent.AsSpan().SequenceEqual(received));
        Assert.Equal(1, (await front.CountsAsync()).Completed);
    }

    [Fact]
    public async Task AnAnswerReachesTheClientPieceByPiece()
    {
        var seen = new TaskCompletionSource();
        await using var version = await Backend.StartAsync(async context =>
        {
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await seen.Task;
            await context.Response.WriteAsync("second");
        });
        await using var front = await Front.StartAsync(version);

        using var response = await front.Client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        var piece = new byte[100];
        Assert.Equal(5, await body.ReadAsync(piece));
        seen.SetResult();

        Assert.Equal(6, await body.ReadAsync(piece));
    }

    [Fact]
    public async Task WebsocketsPassAndTheirConversationIsNotALatency()
    {
        await using var version = await Backend.StartAsync(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[100];
            var heard = await socket.ReceiveAsync(buffer, context.RequestAborted);
            await socket.SendAsync(buffer.AsMemory(0, heard.Count), heard.MessageType, true, context.RequestAborted);
            await socket.ReceiveAsync(buffer, context.RequestAborted);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        });
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Front.Noon);
        await using var front = await Front.StartAsync(version, time: clock);
        using var socket = new ClientWebSocket();

        await socket.ConnectAsync(new UriBuilder(front.Client.BaseAddress!) { Scheme = "ws" }.Uri, CancellationToken.None);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        var echo = new byte[100];
        var count = (await socket.ReceiveAsync(echo.AsMemory(), CancellationToken.None)).Count;
        Assert.Equal("hello"u8, echo.AsSpan(0, count));
        Assert.Equal(1, front.Counter.InFlight(Tables.Key("production"), new("1")));
        front.Counter.Close(Front.Noon);
        clock.Advance(TimeSpan.FromMilliseconds(900));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);

        var counts = await front.CountsAsync();
        Assert.Equal((1, 0, LatencyHistogram.MinIndex), (counts.Completed, counts.NoAnswer, counts.Latency.Offset));
    }

    private static Task Tell(HttpContext context)
    {
        var headers = context.Request.Headers;
        var target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        return context.Response.WriteAsync($"{headers.Host} {headers["X-Forwarded-For"]} {headers["X-Forwarded-Proto"]} {headers["X-Forwarded-Host"]} {target}");
    }

    private static async Task<string> TextAsync(Front front, HttpRequestMessage request)
    {
        using var response = await front.Client.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }
}
