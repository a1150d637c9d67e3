using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Slipway.Core.Traffic;

namespace Slipway.Gateway.Tests.Forwarding;

public class LiveChangeTests
{
    [Fact]
    public async Task OnlyAHigherVersionIsTaken()
    {
        await using var front = await Front.StartAsync();

        Assert.True(front.Routes.Publish(Tables.Table(5)));
        Assert.False(front.Routes.Publish(Tables.Table(5)));
        Assert.False(front.Routes.Publish(Tables.Table(4)));
        Assert.Equal(5, front.Routes.Current.Version);
        Assert.True(front.Routes.Publish(Tables.Table(6)));
    }

    [Fact]
    public async Task ChangingTheRoutesInATightLoopUnderLoadFailsNoRequestAndLosesNoCount()
    {
        const int clients = 8;
        const int each = 250;
        await using var one = await Backend.StartAsync("1");
        await using var two = await Backend.StartAsync("2");
        await using var front = await Front.StartAsync(one, two);
        using var enough = new CancellationTokenSource();
        var answers = new ConcurrentBag<(int Status, string Body, string? Version, string? Environment)>();

        var publishing = Task.Run(() =>
        {
            for (var version = 2L; !enough.IsCancellationRequested; version++)
                Assert.True(front.Routes.Publish(Front.Production(version, one.Address, two.Address, (int)(version * 7_919 % Weight.Whole))));
        });
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async client =>
        {
            for (var i = 0; i < each; i++)
                answers.Add(await front.GetAsync(uid: $"{client}-{i}"));
        }));
        await enough.CancelAsync();
        await publishing;

        Assert.Equal(clients * each, answers.Count);
        Assert.All(answers, a => Assert.Equal((200, a.Version, "production"), (a.Status, a.Body, a.Environment)));
        foreach (var version in (string[])["1", "2"])
            Assert.True(await front.Counter.WaitForDrainAsync(Tables.Key("production"), new(version), TimeSpan.FromMinutes(1), CancellationToken.None));
        var counts = front.Counter.Close(Front.Noon).Sides;
        Assert.Equal(answers.CountBy(a => a.Body).OrderBy(a => a.Key).Select(a => (a.Key, (long)a.Value)), counts.Select(c => (c.Candidate.Value, c.Completed)));
        Assert.All(counts, c => Assert.Equal((c.Completed, 0, 0), (c.Started, c.NoAnswer, c.InFlight)));
        Assert.True(front.Routes.Current.Version > 10);
    }

    [Fact]
    public async Task AVersionThatIsDrainedBeforeItStopsFailsNoRequest()
    {
        await using var one = await Backend.StartAsync("1");
        await using var front = await Front.StartAsync(one);
        using var enough = new CancellationTokenSource();
        var statuses = new ConcurrentBag<int>();
        var clients = Enumerable.Range(0, 4).Select(async client =>
        {
            while (!enough.IsCancellationRequested)
                statuses.Add((await front.GetAsync(uid: $"{client}")).Status);
        }).ToArray();

        for (var version = 2; version <= 30; version++)
        {
            var candidate = $"v{version}";
            var backend = await Backend.StartAsync(candidate);
            front.Routes.Publish(Tables.Table(version * 2, Tables.Service(
                Tables.Environment("production", new Slice.Rest(), "1", candidate, Weight.Whole).At([one.Address], [backend.Address]))));
            Assert.Equal(candidate, (await front.GetAsync()).Body);
            front.Routes.Publish(Front.Production((version * 2) + 1, one.Address));
            Assert.True(await front.Counter.WaitForDrainAsync(Tables.Key("production"), new(candidate), TimeSpan.FromMinutes(1), CancellationToken.None));
            await backend.DisposeAsync();
        }

        await enough.CancelAsync();
        await Task.WhenAll(clients);
        Assert.All(statuses, status => Assert.Equal(200, status));
    }

    [Fact]
    public async Task AnInstanceThatIsDrainedBeforeItStopsFailsNoRequestWhileTheOthersServe()
    {
        await using var one = await Backend.StartAsync("1");
        await using var front = await Front.StartAsync(one);
        using var enough = new CancellationTokenSource();
        var statuses = new ConcurrentBag<int>();
        var clients = Enumerable.Range(0, 4).Select(async client =>
        {
            while (!enough.IsCancellationRequested)
                statuses.Add((await front.GetAsync(uid: $"{client}")).Status);
        }).ToArray();

        for (var version = 2; version <= 30; version++)
        {
            var second = await Backend.StartAsync("1");
            front.Routes.Publish(Tables.Table(version * 2, Tables.Service(Tables.Environment("production", new Slice.Rest(), "1").At([one.Address, second.Address]))));
            for (var i = 0; i < 10; i++)
                await front.GetAsync();
            front.Routes.Publish(Front.Production((version * 2) + 1, one.Address));
            await Slipway.Testing.Eventually.IsAsync("its last request has ended", () => front.Counter.InFlight(Tables.Key("production"), new("1"), Core.Releases.InstanceRole.Serving, [second.Address]) == 0);
            await second.DisposeAsync();
        }

        await enough.CancelAsync();
        await Task.WhenAll(clients);
        Assert.All(statuses, status => Assert.Equal(200, status));
    }

    [Fact]
    public async Task ADrainWaitsForTheLastRequestAndOnlyForThatVersion()
    {
        var arrived = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        await using var slow = await Backend.StartAsync(async context =>
        {
            arrived.SetResult();
            await answer.Task;
            await context.Response.WriteAsync("late");
        });
        await using var quick = await Backend.StartAsync("quick");
        await using var front = await Front.StartAsync(slow);
        var waiting = front.GetAsync();
        await arrived.Task;

        front.Routes.Publish(Tables.Table(2, Tables.Service(Tables.Environment("production", new Slice.Rest(), "2").At([quick.Address]))));
        var drained = front.Counter.WaitForDrainAsync(Tables.Key("production"), new("1"), TimeSpan.FromMinutes(1), CancellationToken.None);

        Assert.Equal("quick", (await front.GetAsync()).Body);
        Assert.True(await front.Counter.WaitForDrainAsync(Tables.Key("production"), new("2"), TimeSpan.FromMinutes(1), CancellationToken.None));
        Assert.False(drained.IsCompleted);
        Assert.Equal(1, front.Counter.InFlight(Tables.Key("production"), new("1")));
        answer.SetResult();
        Assert.Equal("late", (await waiting).Body);
        Assert.True(await drained);
    }

    [Fact]
    public async Task ADrainEndsWhenItsTimeIsOver()
    {
        var arrived = new TaskCompletionSource();
        await using var slow = await Backend.StartAsync(context =>
        {
            arrived.SetResult();
            return Backend.UntilAbortedAsync(context);
        });
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Front.Noon);
        await using var front = await Front.StartAsync(slow, time: clock);
        using var giveUp = new CancellationTokenSource();
        var waiting = front.Client.GetAsync("/", giveUp.Token);
        await arrived.Task;

        var drained = front.Counter.WaitForDrainAsync(Tables.Key("production"), new("1"), TimeSpan.FromSeconds(30), CancellationToken.None);
        clock.Advance(TimeSpan.FromSeconds(31));

        Assert.False(await drained);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
