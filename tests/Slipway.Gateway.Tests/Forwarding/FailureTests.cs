using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Slipway.Gateway.Tests.Forwarding;

public class FailureTests
{
    [Fact]
    public async Task ARefusedConnectionIs502AndNoAnswer()
    {
        await using var front = await Front.StartAsync();
        front.Routes.Publish(Front.Production(1, $"http://127.0.0.1:{ClosedPort()}"));

        Assert.Equal((502, "shop/production 1 gave no answer.\n", "1", "production"), await front.GetAsync());
        var counts = await front.CountsAsync();
        Assert.Equal((1, 1, 1, 0), (counts.Started, counts.Completed, counts.NoAnswer, counts.ServerErrors));
        Assert.Equal(0, counts.Latency.Total);
    }

    [Fact]
    public async Task AResetBeforeTheAnswerIs502AndNoAnswer()
    {
        await using var version = await Backend.StartAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        await using var front = await Front.StartAsync(version);

        Assert.Equal(502, (await front.GetAsync()).Status);
        Assert.Equal(1, (await front.CountsAsync()).NoAnswer);
    }

    [Fact]
    public async Task AnAnswerBrokenOffIsNoAnswerAndTheClientDoesNotTakeItForWhole()
    {
        var begun = new TaskCompletionSource();
        await using var version = await Backend.StartAsync(async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            await begun.Task;
            context.Abort();
        });
        await using var front = await Front.StartAsync(version);

        using var response = await front.Client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        begun.SetResult();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync());
        var counts = await front.CountsAsync();
        Assert.Equal((1, 1), (counts.Completed, counts.NoAnswer));
    }

    [Fact]
    public async Task SilenceIs504AndNoAnswer()
    {
        await using var version = await Backend.StartAsync(context => Backend.UntilAbortedAsync(context));
        await using var front = await Front.StartAsync(version, options: new() { ActivityTimeout = TimeSpan.FromMilliseconds(100) });

        Assert.Equal((504, "shop/production 1 did not answer in time.\n", "1", "production"), await front.GetAsync());
        Assert.Equal(1, (await front.CountsAsync()).NoAnswer);
    }

    [Fact]
    public async Task SilenceInTheMiddleOfAnAnswerIsNoAnswerToo()
    {
        await using var version = await Backend.StartAsync(async context =>
        {
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            await Backend.UntilAbortedAsync(context);
        });
        await using var front = await Front.StartAsync(version, options: new() { ActivityTimeout = TimeSpan.FromMilliseconds(100) });

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => front.GetAsync());
        Assert.Equal(1, (await front.CountsAsync()).NoAnswer);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AClientThatGivesUpIsNotCountedAsCompleted(bool afterTheFirstPiece)
    {
        var arrived = new TaskCompletionSource();
        await using var version = await Backend.StartAsync(async context =>
        {
            if (afterTheFirstPiece)
            {
                await context.Response.WriteAsync("half");
                await context.Response.Body.FlushAsync();
            }

            arrived.SetResult();
            await Backend.UntilAbortedAsync(context);
        });
        await using var front = await Front.StartAsync(version);
        using var giveUp = new CancellationTokenSource();

        var request = front.Client.GetAsync("/", giveUp.Token);
        await arrived.Task;
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);

        var counts = await front.CountsAsync();
        Assert.Equal((1, 0, 0), (counts.Started, counts.Completed, counts.InFlight));
    }

    [Fact]
    public async Task AnEarlyAnswerToABodyThatIsNotReadIsAnAnswer()
    {
        await using var version = await Backend.StartAsync(context =>
        {
            context.Response.StatusCode = 413;
            return Task.CompletedTask;
        });
        await using var front = await Front.StartAsync(version);
        using var request = Front.Request(method: HttpMethod.Post);
        request.Content = new ByteArrayContent(new byte[100]);

        using var response = await front.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        var counts = await front.CountsAsync();
        Assert.Equal((1, 1, 0), (counts.Completed, counts.ClientErrors, counts.NoAnswer));
    }

    [Fact]
    public async Task AFiveHundredOfTheVersionIsItsOwnServerError()
    {
        await using var version = await Backend.StartAsync(context =>
        {
            context.Response.StatusCode = int.Parse(context.Request.Path.Value![1..], System.Globalization.CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        });
        await using var front = await Front.StartAsync(version);

        foreach (var status in (int[])[200, 204, 302, 400, 499, 500, 502, 599])
            Assert.Equal(status, (await front.GetAsync(path: $"/{status}")).Status);

        var counts = await front.CountsAsync();
        Assert.Equal((8, 8, 3, 2, 0, 0), (counts.Started, counts.Completed, counts.ServerErrors, counts.ClientErrors, counts.NoAnswer, counts.InFlight));
        Assert.Equal(8, counts.Latency.Total);
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
