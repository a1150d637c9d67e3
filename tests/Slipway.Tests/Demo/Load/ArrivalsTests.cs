using CsCheck;
using Slipway.Demo.Load;

namespace Slipway.Tests.Demo.Load;

public class ArrivalsTests
{
    [Fact]
    public void TheRateIsTheOneAskedForWithinItsChance() =>
        Gen.Select(Gen.Int, Gen.Double[50, 500]).Sample(
            (seed, rate) =>
            {
                var expected = rate * 100;
                var count = new Arrivals(new Random(seed), rate).TakeDue(TimeSpan.FromSeconds(100), int.MaxValue);
                return Math.Abs(count - expected) < 6 * Math.Sqrt(expected);
            },
            iter: 50);

    [Fact]
    public void LookingOftenOrSeldomTakesTheSameArrivals() =>
        Gen.Select(Gen.Int, Gen.Int[1, 500]).Sample(
            (seed, tick) =>
            {
                var (often, once) = (new Arrivals(new Random(seed), 100), new Arrivals(new Random(seed), 100));
                var taken = Enumerable.Range(1, 1000 / tick).Sum(i => often.TakeDue(TimeSpan.FromMilliseconds(i * tick), int.MaxValue));
                return taken == once.TakeDue(TimeSpan.FromMilliseconds(1000 / tick * tick), int.MaxValue);
            },
            iter: 100);

    [Fact]
    public void WhatABurstLeavesStaysDue()
    {
        var arrivals = new Arrivals(new Random(7), 1000);
        var all = new Arrivals(new Random(7), 1000).TakeDue(TimeSpan.FromSeconds(1), int.MaxValue);

        Assert.Equal(10, arrivals.TakeDue(TimeSpan.FromSeconds(1), 10));
        Assert.Equal(all - 10, arrivals.TakeDue(TimeSpan.FromSeconds(1), int.MaxValue));
    }

    [Fact]
    public void AUserHasOneRequestAtATime()
    {
        var (users, random) = (new FreeUsers(5), new Random(1));
        var taken = Enumerable.Range(0, 5).Select(_ => users.Take(random)!.Value).ToArray();

        Assert.Equal([0, 1, 2, 3, 4], taken.Order());
        Assert.Null(users.Take(random));
        users.Return(3);
        Assert.Equal(3, users.Take(random));
    }

    [Fact]
    public void RoutesAreDrawnByTheirWeights()
    {
        var random = new Random(3);
        var drawn = Enumerable.Range(0, 100_000).Select(_ => Routes.Draw(random)).ToLookup(r => r.Path.StartsWith("/products/", StringComparison.Ordinal) ? "/products/{id}" : r.Path);

        Assert.InRange(drawn["/cart"].Count(), 49_000, 51_000);
        Assert.InRange(drawn["/products"].Count(), 19_200, 20_800);
        Assert.InRange(drawn["/products/{id}"].Count(), 14_200, 15_800);
        Assert.InRange(drawn["/"].Count(), 9_400, 10_600);
        Assert.All(drawn["/checkout"], r => Assert.Equal(HttpMethod.Post, r.Method));
    }
}
