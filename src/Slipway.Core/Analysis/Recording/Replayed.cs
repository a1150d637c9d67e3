using System.Collections.Immutable;
using Slipway.Core.Traffic;

namespace Slipway.Core.Analysis.Recording;

/// <summary>Shows recorded windows to checks, as they were shown then.</summary>
public static class Replayed
{
    /// <summary>The checks as they were after these windows, given how they were before: either the same checks, or new ones where they began anew.</summary>
    public static CanaryAnalysis Onto(CanaryAnalysis analysis, ImmutableArray<CheckSpec> checks, ImmutableArray<Weight> gates, ImmutableArray<ObservedWindow> windows)
    {
        foreach (var window in windows)
        {
            if (window is ObservedWindow.BegunAnew)
                analysis = new CanaryAnalysis(checks, gates);
            else
                Show(analysis, window);
        }

        return analysis;
    }

    /// <summary>Shows one window; what is none (a cut) changes nothing.</summary>
    public static void Show(CanaryAnalysis analysis, ObservedWindow window)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        switch (window)
        {
            case ObservedWindow.Learned learned:
                analysis.LearnBaseline(learned.Baseline, learned.At);
                break;
            case ObservedWindow.Compared compared:
                analysis.Observe(compared.At, compared.Candidate, compared.Baseline, compared.Split);
                break;
            case ObservedWindow.Measured measured:
                analysis.Observe(measured.Window);
                break;
        }
    }
}
