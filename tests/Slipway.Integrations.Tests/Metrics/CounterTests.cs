using CsCheck;
using Slipway.Integrations.Metrics;

namespace Slipway.Integrations.Tests.Metrics;

public sealed class CounterTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void WindowsThatFollowEachOtherMakeTheWholeWhereverTheyAreCut() =>
        Gen.Select(Gen.Select(Gen.Int[0, 9], Gen.Int[1, 20]).List[2, 30], Gen.Int[1, 300].List[1, 10]).Sample((steps, cuts) =>
        {
            var (at, value, samples, whole) = (0, 5.0, new List<Sample> { new(Start, 5) }, 0.0);
            foreach (var (added, later) in steps)
            {
                at += later;
                // Every nine is a restart, after which one was counted. One that leaves no less than before cannot be told from none.
                var restart = added == 9 && value > 1;
                value = restart ? 1 : value + added;
                whole += restart ? 1 : added;
                samples.Add(new Sample(Start.AddSeconds(at), value));
            }

            int[] bounds = [0, .. cuts.Where(c => c < at).Distinct().Order(), at];
            Assert.Equal(whole, bounds.Zip(bounds.Skip(1), (from, to) => Added(samples, from, to)).Sum());
        });

    [Fact]
    public void ACounterThatWasNotThereAtTheScrapeBeforeBeganAtNothing() =>
        Assert.Equal(3, Counter.Added([new(Start.AddSeconds(20), 3)], Start, Start.AddSeconds(30), [Start.AddSeconds(10), Start.AddSeconds(20)]));

    [Fact]
    public void OfACounterOfWhichNobodyKnowsWhatItWasBeforeOnlyWhatWasAddedSinceIsCounted() =>
        Assert.Equal(2, Counter.Added([new(Start.AddSeconds(20), 1_000_000), new(Start.AddSeconds(25), 1_000_002)], Start, Start.AddSeconds(30), [Start.AddSeconds(20), Start.AddSeconds(25)]));

    private static double Added(IReadOnlyList<Sample> samples, int from, int to) => Counter.Added(samples, Start.AddSeconds(from), Start.AddSeconds(to), []);
}
