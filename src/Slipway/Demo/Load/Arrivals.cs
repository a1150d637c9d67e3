namespace Slipway.Demo.Load;

/// <summary>A Poisson process: gaps between arrivals are exponential, so load comes in clumps as people do.</summary>
internal sealed class Arrivals(Random random, double perSecond)
{
    private double next = Gap(random, perSecond);

    /// <summary>How many have arrived by this time since the start and were not taken yet. At most <paramref name="most"/> at once; the others stay due.</summary>
    public int TakeDue(TimeSpan elapsed, int most)
    {
        var due = 0;
        while (due < most && next <= elapsed.TotalSeconds)
        {
            next += Gap(random, perSecond);
            due++;
        }

        return due;
    }

    private static double Gap(Random random, double perSecond) => -Math.Log(1 - random.NextDouble()) / perSecond;
}
