using System.Collections.Immutable;
using Slipway.Core.Analysis;

namespace Slipway.Core.Configuration;

/// <summary>
/// Shares one α out among the checks that say none of their own, so that together they stop a healthy candidate no more often than it says:
/// half to errors, three tenths to latency, the rest to the others. What nobody takes is shared evenly by those that are there.
/// </summary>
internal static class CheckShares
{
    /// <summary>Of all checks of a deployment together.</summary>
    public const double Default = 0.01;

    private static readonly ImmutableArray<double> Weights = [0.5, 0.3, 0.2];

    /// <summary>The checks, each with its share where it says none.</summary>
    public static ImmutableArray<CheckSpec> Of(double alpha, IReadOnlyList<(CheckSpec Check, bool HasAlpha)> checks)
    {
        var silent = checks.Where(c => !c.HasAlpha).Select(c => Group(c.Check)).OfType<int>().GroupBy(g => g).ToDictionary(g => g.Key, g => g.Count());
        var left = Enumerable.Range(0, Weights.Length).Where(g => !silent.ContainsKey(g)).Sum(g => Weights[g]);
        return [.. checks.Select(c => c.HasAlpha || Group(c.Check) is not { } group ? c.Check : With(c.Check, alpha * (Weights[group] + (left / silent.Count)) / silent[group]))];
    }

    private static int? Group(CheckSpec check) => check switch
    {
        CheckSpec.Errors => 0,
        CheckSpec.Latency => 1,
        CheckSpec.Count or CheckSpec.Gauge or CheckSpec.Split => 2,
        _ => null,
    };

    private static CheckSpec With(CheckSpec check, double alpha) => check switch
    {
        CheckSpec.Errors errors => errors with { Alpha = alpha },
        CheckSpec.Latency latency => latency with { Alpha = alpha },
        CheckSpec.Count count => count with { Alpha = alpha },
        CheckSpec.Gauge gauge => gauge with { Alpha = alpha },
        CheckSpec.Split split => split with { Alpha = alpha },
        _ => check,
    };
}
