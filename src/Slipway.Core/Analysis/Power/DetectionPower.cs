using System.Collections.Immutable;
using Slipway.Core.Traffic;

namespace Slipway.Core.Analysis.Power;

/// <summary>
/// How long the checks need: until a fault of a given size is seen, and until a healthy candidate is shown to be safe. Computed from the checks' own bets, on traffic that
/// comes by chance at a steady rate, with ten minutes of the baseline known before. Not simulated, so the same question has the same answer at once.
/// </summary>
/// <remarks>
/// Within 25 % of what the checks really need (latency within 10 %), as their tests play them: medians and nine of ten. Faults are taken to be everywhere:
/// of strata only the price is known, and only that of routes, for nobody knows regions before they have traffic.
/// </remarks>
public static class DetectionPower
{
    /// <summary>Everything that can be said of a service at one weight.</summary>
    public static PowerReport Of(ServiceTraffic traffic, Weight weight, ImmutableArray<CheckSpec> checks) =>
        new(traffic, weight, Faults(traffic, weight, checks), [.. Margin.Rungs.Append(weight).Distinct().Order().Select(e => Gate(traffic, e, e, checks)).OfType<GatePower>()]);

    /// <summary>Faults from small to large, errors first.</summary>
    public static ImmutableArray<FaultPower> Faults(ServiceTraffic traffic, Weight weight, ImmutableArray<CheckSpec> checks)
    {
        ArgumentNullException.ThrowIfNull(traffic);
        var split = Split.Of(traffic, weight);
        var faults = ImmutableArray.CreateBuilder<FaultPower>();
        if (checks.OfType<CheckSpec.Errors>().FirstOrDefault() is { } errors)
        {
            foreach (var (name, rate) in Rates(traffic.ErrorRate))
                faults.Add(Fault(split, name, "errors", rate, Compares(split) ? ErrorPower.UntilSeen(traffic, split, rate, errors) : Delay.Never));
        }

        if (checks.OfType<CheckSpec.Latency>().FirstOrDefault() is { } latency)
        {
            foreach (var percent in (ReadOnlySpan<int>)[10, 25, 50])
                faults.Add(Fault(split, $"{percent} % slower", "latency", traffic.ErrorRate, Compares(split) ? LatencyPower.UntilSeen(traffic, split, 1 + (percent / 100.0), latency) : Delay.Never));
        }

        return faults.ToImmutable();
    }

    /// <summary>A gate, when the candidate has this share of the traffic; null without an errors check, for then there is nothing to show.</summary>
    /// <param name="exposure">Which gate.</param>
    /// <param name="share">Of the whole service's requests.</param>
    public static GatePower? Gate(ServiceTraffic traffic, Weight exposure, Weight share, ImmutableArray<CheckSpec> checks)
    {
        ArgumentNullException.ThrowIfNull(traffic);
        if (checks.OfType<CheckSpec.Errors>().FirstOrDefault() is not { } errors)
            return null;
        var (split, margin) = (Split.Of(traffic, share), Margin.At(exposure, errors.Objective));
        var delay = Compares(split) ? ErrorPower.UntilSafe(traffic, split, margin, errors) : Delay.Never;
        return new GatePower(exposure, margin.Ratio, margin.Difference, delay, delay.Median?.TotalSeconds * split.Candidate);
    }

    /// <summary>With nobody on one side there is nothing to compare.</summary>
    private static bool Compares(Split split) => split is { Candidate: > 0, Baseline: > 0 };

    private static FaultPower Fault(Split split, string name, string check, double rate, Delay delay)
    {
        var requests = delay.Median?.TotalSeconds * split.Candidate;
        return new FaultPower(name, check, rate, delay, requests, requests * rate);
    }

    /// <summary>Multiples of nothing are nothing: then only what fails for good is left to see.</summary>
    private static IEnumerable<(string Name, double Rate)> Rates(double healthy) =>
    [
        .. new[] { 1.5, 2, 5, 20 }.Where(_ => healthy > 0).Select(times => (FormattableString.Invariant($"errors x{times}"), Math.Min(1, times * healthy))),
        ("1 % of users fail", healthy + (0.01 * (1 - healthy))),
        ("outage", 1),
    ];
}
