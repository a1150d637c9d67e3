using System.Collections.Immutable;
using Slipway.Core.Traffic;
using static Slipway.Core.Analysis.Sentences;

namespace Slipway.Core.Analysis;

/// <summary>How much worse than the baseline is still safe: <c>p_c &lt; Ratio · p_b + Difference</c>.</summary>
internal readonly record struct Margin(double Ratio, double Difference)
{
    // However few see it, a candidate that fails every fourth request is not safe.
    private const double Widest = 0.25;

    private static readonly (double Share, double Ratio)[] Ladder = [(0.01, 10), (0.05, 5), (0.10, 3), (0.25, 2), (0.50, 1.5)];

    /// <summary>The same margin where a share of requests is so many times as large a share of what is counted.</summary>
    public Margin Times(double scale) => this with { Difference = Math.Min(Widest, Difference * scale) };

    /// <summary>The exposures between which the ratio is interpolated.</summary>
    public static IEnumerable<Weight> Rungs => Ladder.Select(rung => new Weight((int)(rung.Share * Weight.Whole)));

    /// <summary>
    /// The margin of an exposure. The ratio falls along a ladder from 10 at 1 % to 1.5 at 50 %, straight on a log-log scale between
    /// its rungs. The difference falls in inverse proportion to the exposure until 50 %, so that each gate risks about the same
    /// number of failed requests.
    /// </summary>
    public static Margin At(Weight exposure, double objective)
    {
        var share = Math.Clamp(exposure.Share, 1e-5, 1);
        return new(RatioAt(share), Math.Min(Widest, 0.2 * objective * Math.Max(1, 0.5 / share)));
    }

    private static double RatioAt(double share)
    {
        var above = Array.FindIndex(Ladder, rung => rung.Share >= share);
        if (above <= 0)
        {
            return above < 0 ? Ladder[^1].Ratio : Ladder[0].Ratio;
        }

        var ((low, ratioLow), (high, ratioHigh)) = (Ladder[above - 1], Ladder[above]);
        return ratioLow * Math.Pow(ratioHigh / ratioLow, Math.Log(share / low) / Math.Log(high / low));
    }
}

/// <summary>Waits until every check that guards it has shown the candidate to be safe enough for one exposure. Once open, stays so.</summary>
/// <param name="exposure">Share of all the project's users.</param>
/// <param name="guards">Empty: there is nothing to wait for, and any answer opens the gate.</param>
internal sealed class Gate(Weight exposure, ImmutableArray<Safety> guards)
{
    private bool _answered;

    public bool IsSafe => guards.IsEmpty ? _answered : guards.All(g => g.IsSafe);

    /// <summary>Whether a check waits at it; else it says nothing about the candidate.</summary>
    public bool IsGuarded => !guards.IsEmpty;

    /// <summary>The candidate has answered something, or something of it was measured.</summary>
    public void HasAnswered() => _answered = true;

    public void Sync(Snapshot state) => state.Sync(ref _answered);

    public GateReport Report(bool anyFailed)
    {
        var last = Last;
        return new()
        {
            Exposure = exposure,
            Safe = IsSafe && !anyFailed,
            LogEvidence = last?.LogEvidence,
            LogLimit = last?.LogLimit,
            MarginRatio = last?.Margin?.Ratio,
            MarginDifference = last?.Margin?.Difference,
            Summary = anyFailed ? $"Not safe at {exposure}: a check failed" : Sentence(last),
        };
    }

    /// <summary>The guard that is farthest from being sure.</summary>
    private Safety? Last => guards.IsEmpty ? null : guards.OrderBy(g => g.IsSafe).ThenBy(g => (g.LogEvidence ?? 0) - (g.LogLimit ?? 0)).First();

    private string Sentence(Safety? last) => (last, IsSafe) switch
    {
        (null, true) => $"Open at {exposure} without evidence: no errors check is set, and the candidate answers",
        (null, false) => $"Not open at {exposure}: no errors check is set, and the candidate has answered no request yet",
        (_, true) => $"Safe at {exposure}: {last.Shown("was")}",
        _ => $"Not yet safe at {exposure}: {last.Shown("is not yet")}{(last is { LogEvidence: { } log, LogLimit: { } limit } ? $"; {Evidence(log, limit)}" : "")}",
    };
}
