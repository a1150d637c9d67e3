namespace Slipway.Integrations.Metrics;

/// <summary>A counter as it was seen at one instant.</summary>
internal readonly record struct Sample(DateTimeOffset At, double Value);

/// <summary>What was added to counters in a window, from samples of them.</summary>
internal static class Counter
{
    /// <summary>
    /// What was added after <paramref name="from"/> up to <paramref name="to"/>. Sums over windows that follow each other: nothing is counted twice, nothing
    /// between two samples is lost, and nothing is extrapolated. A counter that holds less than before began anew at nothing.
    /// </summary>
    /// <param name="samples">In order of time; may begin before the window.</param>
    /// <param name="seen">When whatever holds the counter was looked at, in order of time: a counter that was not there then began at nothing.</param>
    public static double Added(IReadOnlyList<Sample> samples, DateTimeOffset from, DateTimeOffset to, IReadOnlyList<DateTimeOffset> seen)
    {
        var added = 0.0;
        for (var i = 0; i < samples.Count; i++)
        {
            var (at, value) = samples[i];
            if (at <= from)
                continue;
            if (at > to)
                break;
            if (i > 0)
                added += value >= samples[i - 1].Value ? value - samples[i - 1].Value : value;
            else if (seen.Any(s => s < at))
                added += value;
        }

        return added;
    }
}
