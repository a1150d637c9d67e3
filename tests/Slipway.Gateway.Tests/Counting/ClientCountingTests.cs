using CsCheck;
using Slipway.Core.Traffic;
using Slipway.Gateway.Counting;

namespace Slipway.Gateway.Tests.Counting;

public class ClientCountingTests
{
    [Fact]
    public void AClientCountsOnceASecondHoweverOftenItAsks()
    {
        TrafficCounter counter = new(TimeProvider.System);
        var meter = TrafficCounterTests.Routed(counter, "1");
        Ask(meter, 3, 200, 503, 503, 200);
        Ask(meter, 19, 200, 404);
        Ask(meter, 8, 0);
        meter.Leave(Ending.Abandoned, 0, 1, User(40));

        var first = Assert.Single(counter.Close(Front.Noon).Sides);
        Ask(meter, 3, 200);
        var second = Assert.Single(counter.Close(Front.Noon).Sides);

        Assert.Equal(new ClientCounts(3, 2, 7), first.Clients);
        Assert.Equal([(3, 2L), (8, 1L)], first.Shards!.Clients.Index().Where(s => s.Item > 0));
        Assert.Equal([(3, 1L), (8, 1L)], first.Shards.FailedClients.Index().Where(s => s.Item > 0));
        Assert.Equal(new ClientCounts(1, 0, 1), second.Clients);
    }

    [Fact]
    public void ARequestWithoutAKeyIsAClientOfItsOwn()
    {
        TrafficCounter counter = new(TimeProvider.System);
        var meter = TrafficCounterTests.Routed(counter, "1");
        foreach (var status in (int[])[200, 503, 503])
            meter.Leave(Ending.Answered, status, 0.1, new RequestUser(7, HasKey: false));

        Assert.Equal(new ClientCounts(3, 2, 3), Assert.Single(counter.Close(Front.Noon).Sides).Clients);
    }

    [Fact]
    public void WhereCopiesAreAmongTheRequestsNothingIsSaidByClients()
    {
        TrafficCounter counter = new(TimeProvider.System);
        var meter = TrafficCounterTests.Routed(counter, "1");
        Ask(meter, 3, 200);
        meter.Leave(Ending.Answered, 200, 0.1);

        Assert.Null(Assert.Single(counter.Close(Front.Noon).Sides).Clients);
    }

    /// <summary>Otherwise one such request would end the counting of clients for the whole deployment.</summary>
    [Fact]
    public void ARequestThatEndsWhileASecondIsReadIsOneWhoseClientIsStillToBeCounted()
    {
        ClientCounter counter = new();
        var first = counter.Close();
        counter.Leave(User(3), failed: true);

        Assert.Equal(new ClientCounts(0, 0, 1), first.Of(completed: 1));
        Assert.Equal(new ClientCounts(1, 1, 1), counter.Close().Of(completed: 0));
        Assert.Null(counter.Close().Of(completed: 0));
    }

    [Fact]
    public void TheOrderOfASecondsRequestsDoesNotMatter() =>
        Gen.Select(Gen.UInt[0, 40], Gen.Bool).Array[1, 200].Sample(requests =>
        {
            var counts = (IEnumerable<(uint, bool)>[])[requests, requests.Reverse(), requests.OrderBy(r => r.Item2), requests.OrderByDescending(r => r.Item2).Append(requests[0])];
            var expected = (requests.Select(r => r.Item1).Distinct().LongCount(), requests.Where(r => r.Item2).Select(r => r.Item1).Distinct().LongCount());
            return counts.All(order => Count(new ClientTable(), order) == expected);
        });

    [Fact]
    public async Task ManyThreadsCountEachClientOnceAsecond()
    {
        ClientTable table = new();
        for (var second = 0; second < 50; second++)
        {
            using Barrier together = new(4);
            var counts = await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
            {
                together.SignalAndWait();
                return Count(table, Enumerable.Range(0, 1500).Select(i => (Client(((i * 7) + (thread * 11)) % 1500), (i + thread) % 5 == 0)));
            })));

            Assert.Equal(1500, counts.Sum(c => c.Seen));
            var failed = Enumerable.Range(0, 4).SelectMany(thread => Enumerable.Range(0, 1500).Where(i => (i + thread) % 5 == 0).Select(i => ((i * 7) + (thread * 11)) % 1500));
            Assert.Equal(failed.Distinct().Count(), counts.Sum(c => c.Failed));
            table.Turn(ClientTable.Slots);
        }
    }

    [Fact]
    public async Task AtTheBordersOfSecondsNoFailureIsLostAndNoneIsWithoutItsClient()
    {
        ClientCounter counter = new();
        List<ClientSecond> seconds = [];
        var counting = Task.WhenAll(Enumerable.Range(0, 3).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 200_000; i++)
                counter.Leave(User(i % 50), failed: i % 3 == 0);
        })));
        while (!counting.IsCompleted)
            seconds.Add(counter.Close());
        await counting;
        seconds.AddRange(counter.Close(), counter.Close());

        Assert.All(seconds, s => Assert.All(s.Seen.Zip(s.Failed), shard => Assert.InRange(shard.Second, 0, shard.First)));
        Assert.InRange(seconds.Sum(s => s.Seen.Sum()), 50, 600_000);
        Assert.True(seconds.Sum(s => s.Failed.Sum()) >= 50);
        Assert.Equal(0, seconds.Sum(s => s.LeftOut));
    }

    [Fact]
    public void OfTooManyClientsAFairPartIsCountedWhateverTheyMeet()
    {
        ClientTable table = new();
        var everybody = Enumerable.Range(0, 20_000).Select(i => (Client(i), i % 10 == 0)).ToArray();
        Assert.InRange(Count(table, everybody).Seen, ClientTable.Slots * 9 / 10, ClientTable.Slots);
        for (var second = 0; second < 10; second++, table.Turn(ClientTable.Slots))
            Count(table, everybody);

        var (seen, failed) = Count(table, everybody);
        Assert.InRange(seen, ClientTable.Slots / 8, ClientTable.Slots / 2);
        Assert.InRange(failed / (double)seen, 0.07, 0.13);
        Assert.Equal((0, 0), Count(table, everybody));
        Assert.Equal((seen, failed), After(table, everybody));

        for (var second = 0; second < 10; second++)
            table.Turn(ClientTable.Slots);
        Assert.Equal((300, 30), Count(table, everybody.Take(300)));
    }

    [Fact]
    public async Task OfRealRequestsEachUserCountsOnce()
    {
        await using var version = await Backend.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Path == "/fails" ? 500 : 200;
            return Task.CompletedTask;
        });
        await using var front = await Front.StartAsync(version);
        foreach (var (uid, path) in ((string?, string)[])[("ann", "/"), ("ann", "/fails"), ("ann", "/fails"), ("bob", "/"), ("bob", "/"), (null, "/fails"), (null, "/")])
            await front.GetAsync(uid, path);

        var counts = await front.CountsAsync();
        Assert.Equal((7, 3), (counts.Completed, counts.ServerErrors));
        Assert.Equal(new ClientCounts(4, 2, 7), counts.Clients);
    }

    private static (long, long) After(ClientTable table, IEnumerable<(uint, bool)> requests)
    {
        table.Turn(ClientTable.Slots);
        return Count(table, requests);
    }

    private static (long Seen, long Failed) Count(ClientTable table, IEnumerable<(uint Client, bool Failed)> requests)
    {
        var (seen, failed) = (0L, 0L);
        foreach (var (client, fails) in requests)
        {
            var news = table.Add(client, fails);
            seen += news.HasFlag(ClientNews.Seen) ? 1 : 0;
            failed += news.HasFlag(ClientNews.Failed) ? 1 : 0;
        }

        return (seen, failed);
    }

    private static uint Client(int number) => ShardCounts.Hash($"user-{number}");

    private static RequestUser User(int hash) => new((uint)hash, HasKey: true);

    private static void Ask(SideMeter meter, int user, params int[] statuses)
    {
        foreach (var status in statuses)
            meter.Leave(status == 0 ? Ending.NoAnswer : Ending.Answered, status, 0.1, User(user));
    }
}
