using Slipway.Core.Traffic;
using static Slipway.Core.Analysis.Sentences;

namespace Slipway.Core.Analysis;

/// <summary>How much worse than the baseline is still safe: <c>p_c &lt; Ratio · p_b + Difference</c>.</summary>
internal readonly record struct Margin(double Ratio, double Difference)
{
    // However few see it, a candidate that fails every fourth request is not safe.
    private const double Widest = 0.25;

    private static readonly (double Share, double Ratio)[] Ladder = [(0.01, 10), (0.05, 5), (0.10, 3), (0.25, 2), (0.50, 1.5)];

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

/// <summary>Waits until the candidate is shown to be safe enough for one exposure. Once safe, stays so.</summary>
internal sealed class Gate
{
    private readonly Weight _exposure;
    private readonly Margin _margin;
    private readonly SafeDetector? _detector;
    private readonly double _limit;

    /// <param name="exposure">Share of all the project's users.</param>
    /// <param name="errors">Null: there are no error rates to compare, and any answer opens the gate.</param>
    public Gate(Weight exposure, CheckSpec.Errors? errors)
    {
        _exposure = exposure;
        if (errors is not null)
        {
            _margin = Margin.At(exposure, errors.Objective);
            _detector = new SafeDetector(_margin.Ratio, _margin.Difference);
            _limit = -Math.Log(errors.Beta);
        }
    }

    public bool IsSafe { get; private set; }

    public void Learn(TimeSpan at, in SideTick baseline) => _detector?.Learn(at, baseline.Requests, baseline.Errors);

    public void Observe(in Tick tick)
    {
        _detector?.Update(tick.At, tick.Window);
        IsSafe |= _detector is null ? tick.Candidate.Answered > 0 : _detector.LogEvidence >= _limit;
    }

    public GateReport Report(bool anyFailed) => new()
    {
        Exposure = _exposure,
        Safe = IsSafe && !anyFailed,
        LogEvidence = _detector?.LogEvidence,
        LogLimit = _detector is null ? null : _limit,
        MarginRatio = _detector is null ? null : _margin.Ratio,
        MarginDifference = _detector is null ? null : _margin.Difference,
        Summary = anyFailed ? $"Not safe at {_exposure}: a check failed" : Sentence(),
    };

    private string Sentence() => (_detector, IsSafe) switch
    {
        (null, true) => $"Open at {_exposure} without evidence: no errors check is set, and the candidate answers",
        (null, false) => $"Not open at {_exposure}: no errors check is set, and the candidate has answered no request yet",
        (_, true) => $"Safe at {_exposure}: {Shown(" was")}",
        _ => $"Not yet safe at {_exposure}: {Shown(" is not yet")}; {Evidence(_detector.LogEvidence, _limit)}",
    };

    private string Shown(string verb) =>
        Text($"an error rate below {_margin.Ratio:0.##} times the baseline's plus {Percent(_margin.Difference)}{verb} shown");
}
