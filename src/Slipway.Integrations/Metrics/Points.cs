using Slipway.Core.Analysis;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Metrics;

/// <summary>One number of a series, with the start of the interval that it is of.</summary>
internal readonly record struct Point(DateTimeOffset Start, double? Value);

/// <summary>What vendors answer: one number an interval.</summary>
internal static class Points
{
    /// <summary>
    /// For counts the sum of the intervals that begin in the window, so that windows that follow each other count every interval once; for a value the last.
    /// </summary>
    /// <param name="zero">How the vendor's language says that nothing means 0.</param>
    public static Got<double> Number(string role, IEnumerable<Point> points, MetricRequest request, string zero)
    {
        double[] inside = [.. points.Where(p => p.Start >= request.From && p.Start < request.To).OrderBy(p => p.Start).Select(p => p.Value).OfType<double>()];
        return inside.Length == 0 ? Nothing(role, request, zero) : role == "value" ? inside[^1] : inside.Sum();
    }

    public static Measurement.Nothing Nothing(string role, MetricRequest request, string zero) =>
        new($"'{role}: {SourceHttp.Line(request.Query.Ask[role])}' has no data in the window; check its names, and where nothing means 0 {zero}");
}
