using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;

namespace Slipway.Gateway.Tests.Mirroring;

/// <summary>What is copied, how much of it, and what not.</summary>
public class CopyTests
{
    /// <summary>Scenario H2.</summary>
    [Theory]
    [InlineData(20)]
    [InlineData(50)]
    public async Task TheShareOfRequestsIsCopiedAndEveryUserGetsTheStableAnswer(int percent)
    {
        const int requests = 2_000;
        await using var shadow = await Shadow.StartAsync(percent);

        await shadow.AskAsync(requests);

        var (expected, deviation) = (requests * percent / 100.0, Math.Sqrt(requests * percent / 100.0 * (1 - (percent / 100.0))));
        var counts = await shadow.CopiedAsync((int)(expected - (3 * deviation)));
        Assert.InRange(counts.Started, expected - (3 * deviation), expected + (3 * deviation));
        Assert.Equal(requests, (await shadow.CountsAsync("1")).Completed);
    }

    [Fact]
    public async Task CopiesAreCountedForTheCandidateAsItAnswersThem()
    {
        var status = 198;
        await using var shadow = await Shadow.StartAsync(100, context =>
        {
            context.Response.StatusCode = Interlocked.Add(ref status, 2) switch { 200 => 200, 202 => 404, _ => 500 };
            return context.Response.WriteAsync(new string('x', 100_000));
        });

        await shadow.AskAsync(3);

        var counts = await shadow.CopiedAsync(3);
        Assert.Equal((3, 3, 1, 1, 0, 3), (counts.Started, counts.Completed, counts.ServerErrors, counts.ClientErrors, counts.NoAnswer, counts.Latency.Total));
    }

    [Fact]
    public async Task ACopyIsTheRequestItselfMarkedAsACopy()
    {
        await using var shadow = await Shadow.StartAsync(100);
        using var request = Front.Request("/a%2Fb?q=%20x", uid: "u");
        request.Headers.Host = "shop.local:81";
        request.Headers.Add("x-name", ["a", "b"]);
        request.Headers.TryAddWithoutValidation("Connection", "x-hop");
        request.Headers.TryAddWithoutValidation("Keep-Alive", "timeout=5");

        Assert.Equal("stable", await shadow.AskAsync(request));

        await shadow.CopiedAsync(1);
        var copy = Assert.Single(shadow.Copies);
        Assert.Equal(("GET", "/a%2Fb?q=%20x", ""), (copy.Method, copy.Target, copy.Body));
        Assert.Equal(
            ("shop.local:81", "uid=u", "127.0.0.1", "1"),
            (copy.Headers["Host"], copy.Headers["Cookie"], copy.Headers["X-Forwarded-For"], copy.Headers["x-slipway-mirror"]));
        Assert.Contains("a", copy.Headers["x-name"], StringComparison.Ordinal);
        Assert.DoesNotContain("Keep-Alive", copy.Headers.Keys);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    public async Task SafeMethodsAreCopied(string method)
    {
        await using var shadow = await Shadow.StartAsync(100);

        await shadow.AskAsync(Front.Request("/x", method: new(method)));

        await shadow.CopiedAsync(1);
        Assert.Equal((method, "/x"), (shadow.Copies.Single().Method, shadow.Copies.Single().Target));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    public async Task ASmallBodyIsCopiedAndReachesTheStableVersionWhole(int length)
    {
        await using var shadow = await Shadow.StartAsync(100, stable: async context =>
        {
            var seen = await Shadow.Seen.OfAsync(context);
            await context.Response.WriteAsync(seen.Body);
        });
        var body = string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i % 26))));
        var request = Front.Request("/search");
        request.Content = new StringContent(body, System.Text.Encoding.ASCII, "text/x-query");

        Assert.Equal(body, await shadow.AskAsync(request));

        await shadow.CopiedAsync(1);
        Assert.Equal((body, "text/x-query; charset=us-ascii"), (shadow.Copies.Single().Body, shadow.Copies.Single().Headers["Content-Type"]));
    }

    public static TheoryData<string> NeverCopied => ["POST", "PUT", "PATCH", "DELETE", "PURGE", "long", "unknown", "stream", "copy"];

    [Theory]
    [MemberData(nameof(NeverCopied))]
    public async Task WhatWouldDoThingsTwiceOrCannotBeKeptIsNotCopied(string what)
    {
        await using var shadow = await Shadow.StartAsync(100);

        for (var i = 0; i < 3; i++)
            Assert.Equal("stable", await shadow.AskAsync(Request(what)));
        Assert.Equal("stable", await shadow.AskAsync(Front.Request("/last")));

        Assert.Equal(1, (await shadow.CopiedAsync(1)).Started);
        Assert.Equal("/last", shadow.Copies.Single().Target);
    }

    [Fact]
    public async Task WebsocketsAreNotCopied()
    {
        await using var shadow = await Shadow.StartAsync(100, stable: async context =>
        {
            if (!context.WebSockets.IsWebSocketRequest)
                return;
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.ReceiveAsync(new byte[100], context.RequestAborted);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        });
        using var socket = new ClientWebSocket();

        await socket.ConnectAsync(new UriBuilder(shadow.Front.Client.BaseAddress!) { Scheme = "ws", Path = "/chat" }.Uri, CancellationToken.None);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await shadow.AskAsync(Front.Request("/last"));

        Assert.Equal(1, (await shadow.CopiedAsync(1)).Started);
        Assert.Equal("/last", shadow.Copies.Single().Target);
    }

    [Fact]
    public async Task OnlyWhatTheStableSideAnswersIsCopied()
    {
        await using var shadow = await Shadow.StartAsync(100);
        var split = Shadow.Production with { Weight = new(10_000), Mirror = Weight.Full };
        shadow.Publish(2, split.WithBaseline(20_000, shadow.Stable));

        for (var i = 0; i < 200; i++)
            await shadow.Front.GetAsync(uid: $"{i}");

        var buckets = Enumerable.Range(0, 200).Select(i => UserHash.Bucket(split.Salt, $"{i}")).ToArray();
        var copied = buckets.Count(b => b >= 30_000);
        await shadow.CopiedAsync(copied + buckets.Count(b => b < 10_000));
        Assert.Equal(copied, shadow.Copies.Count(c => c.Headers.ContainsKey("x-slipway-mirror")));
        Assert.Equal(copied + buckets.Count(b => b < 10_000), shadow.Copies.Count);
        Assert.Equal(copied, (await shadow.CountsAsync("1")).Completed);
        Assert.Equal(buckets.Count(b => b is >= 10_000 and < 30_000), (await shadow.CountsAsync("1", InstanceRole.Baseline)).Completed);
    }

    [Fact]
    public async Task WithoutTheMirrorNothingIsCopiedAnyMore()
    {
        await using var shadow = await Shadow.StartAsync(100);
        await shadow.AskAsync(1);
        await shadow.CopiedAsync(1);
        shadow.Publish(2, Shadow.Production);

        await shadow.AskAsync(20);

        Assert.Equal(21, (await shadow.CountsAsync("1")).Completed);
        Assert.Single(shadow.Copies);
        Assert.Equal(0, shadow.Front.Counter.InFlight(Tables.Key("production"), new("2")));
    }

    private static HttpRequestMessage Request(string what)
    {
        var request = Front.Request($"/{what}", method: what is [>= 'A' and <= 'Z', ..] ? new(what) : HttpMethod.Get);
        switch (what)
        {
            case "long":
                request.Content = new ByteArrayContent(new byte[(64 * 1024) + 1]);
                break;
            case "unknown":
                request.Content = new StringContent("?");
                request.Headers.TransferEncodingChunked = true;
                break;
            case "stream":
                request.Headers.Add("Accept", "text/event-stream");
                break;
            case "copy":
                request.Headers.Add("x-slipway-mirror", "1");
                break;
        }

        return request;
    }
}
