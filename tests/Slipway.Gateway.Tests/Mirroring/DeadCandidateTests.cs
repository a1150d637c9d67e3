using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Slipway.Core.Traffic;
using Slipway.Gateway.Mirroring;
using Slipway.Testing;

namespace Slipway.Gateway.Tests.Mirroring;

/// <summary>Whatever becomes of copies, users do not feel it.</summary>
public class DeadCandidateTests
{
    private static readonly GatewayOptions Options = new() { ActivityTimeout = TimeSpan.FromSeconds(30) };

    [Fact]
    public async Task ACandidateThatHangsHoldsABoundedNumberOfCopiesAndNobodyWaits()
    {
        await using var shadow = await Shadow.StartAsync(100, context => Backend.UntilAbortedAsync(context));

        await shadow.AskAsync(Copier.MostUnderWay + 200);

        await Eventually.IsAsync("as many copies as may be", () => shadow.Copies.Count == Copier.MostUnderWay);
        await shadow.AskAsync(50);
        Assert.Equal(Copier.MostUnderWay, shadow.Copies.Count);
        Assert.Equal(Copier.MostUnderWay, shadow.Front.Counter.InFlight(Tables.Key("production"), new("2")));
    }

    [Fact]
    public async Task ACandidateThatFailsChangesNothingForTheUser()
    {
        await using var shadow = await Shadow.StartAsync(100, context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });

        await shadow.AskAsync(100);

        var counts = await shadow.CopiedAsync(100);
        Assert.Equal((100, 100), (counts.Completed, counts.ServerErrors));
    }

    [Fact]
    public async Task ACandidateThatBreaksOffChangesNothingForTheUser()
    {
        await using var shadow = await Shadow.StartAsync(100, async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            context.Abort();
        });

        await shadow.AskAsync(20);

        Assert.Equal(20, (await shadow.CopiedAsync(20)).NoAnswer);
    }

    [Fact]
    public async Task ACandidateThatRefusesChangesNothingForTheUser()
    {
        await using var shadow = await Shadow.StartAsync(0);
        Assert.True(shadow.Front.Routes.Publish(Tables.Table(2, Tables.Service(
            (Shadow.Production with { Mirror = Weight.Full }).At([shadow.Stable], [$"http://127.0.0.1:{ClosedPort()}"])))));

        await shadow.AskAsync(100);

        await Eventually.IsAsync("every copy is counted as not answered", async () => await shadow.CountsAsync("2") is { NoAnswer: 100, Completed: 100 });
    }

    [Fact]
    public async Task SilenceForAsLongAsAUserWouldWaitIsNoAnswer()
    {
        var clock = new FakeTimeProvider(Front.Noon);
        await using var shadow = await Shadow.StartAsync(100, context => Backend.UntilAbortedAsync(context), options: Options, time: clock);
        await shadow.AskAsync(1);
        await Eventually.IsAsync("the copy is there", () => shadow.Copies.Count == 1);

        clock.Advance(Options.ActivityTimeout);

        var counts = await shadow.CopiedAsync(1);
        Assert.Equal((1, 1), (counts.Completed, counts.NoAnswer));
    }

    [Fact]
    public async Task AnAnswerWithoutEndIsLeftWithoutAVerdict()
    {
        var clock = new FakeTimeProvider(Front.Noon);
        await using var shadow = await Shadow.StartAsync(100, async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync(new string('.', 1000));
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }, options: Options, time: clock);
        await shadow.AskAsync(1);
        await Eventually.IsAsync("the copy is there", () => shadow.Copies.Count == 1);

        await Eventually.IsAsync("the copy is left", () =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return shadow.Front.Counter.InFlight(Tables.Key("production"), new("2")) == 0;
        });

        var counts = await shadow.CopiedAsync(1);
        Assert.Equal((1, 0, 0), (counts.Started, counts.Completed, counts.InFlight));
    }

    /// <summary>Its end says nothing about the version, and more copies that end than begin would be worse evidence than fewer.</summary>
    [Fact]
    public async Task ACopyGoesOnWhenTheUserLeaves()
    {
        var gone = new TaskCompletionSource();
        await using var shadow = await Shadow.StartAsync(100, candidate: _ => gone.Task, stable: context => Backend.UntilAbortedAsync(context));
        using var leaving = new CancellationTokenSource();
        var asked = shadow.Front.Client.GetAsync("/", leaving.Token);
        await Eventually.IsAsync("the copy is there", () => shadow.Copies.Count == 1);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        Assert.True(await shadow.Front.Counter.WaitForDrainAsync(Tables.Key("production"), new("1"), TimeSpan.FromMinutes(1), CancellationToken.None));
        gone.SetResult();

        var counts = await shadow.CopiedAsync(1);
        Assert.Equal((1, 0), (counts.Completed, counts.NoAnswer));
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
