using System.Collections.Immutable;
using Slipway.Core.Configuration;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;

namespace Slipway.Core.Analysis.Power;

/// <summary>What checks cannot see or say in the time they are given, and what would change that.</summary>
public static class PowerAdvice
{
    /// <summary>How many times wider a margin is looked at.</summary>
    private static readonly ImmutableArray<int> Wider = [2, 5, 10, 20];

    /// <summary>The fault seen soonest that is seen within a time, nine times of ten, for each check: the smallest of each.</summary>
    public static ImmutableArray<FaultPower> Seen(ImmutableArray<FaultPower> faults, TimeSpan within) =>
        [.. faults.Where(f => f.Delay.NineOfTen <= within).GroupBy(f => f.Check).Select(seen => seen.First())];

    /// <summary>Null when something smaller than an outage is seen in time.</summary>
    public static Problem? Blind(string place, ServiceTraffic traffic, Weight weight, ImmutableArray<CheckSpec> checks, TimeSpan within)
    {
        ArgumentNullException.ThrowIfNull(traffic);
        if (DetectionPower.Faults(traffic, weight, checks).Any(f => f.Name != "outage" && f.Delay.NineOfTen <= within))
            return null;
        var enough = Margin.Rungs.Where(w => w > weight).Select(w => (Weight?)w).FirstOrDefault(w => DetectionPower.Faults(traffic, w!.Value, checks).Any(f => f.Name != "outage" && f.Delay.NineOfTen <= within));
        var longer = DetectionPower.Faults(traffic, weight, checks).Where(f => f.Name != "outage").Select(f => f.Delay.NineOfTen).Min();
        return new Problem("SLIP0901", place, FormattableString.Invariant($"with {weight} of {traffic.RequestsPerSecond:0.###} requests a second for {Durations.Text(within)} the checks see nothing smaller than an outage"),
            Sentence([enough is { } w ? $"give it {w}" : null, longer is { } time ? $"stay {Durations.Text(Rounded(time))}" : null, "let a person decide"]));
    }

    /// <summary>Null when a healthy candidate is shown to be safe in time, nine times of ten.</summary>
    public static Problem? Uncertain(string place, ServiceTraffic traffic, Weight exposure, Weight share, ImmutableArray<CheckSpec> checks, TimeSpan within)
    {
        ArgumentNullException.ThrowIfNull(traffic);
        if (DetectionPower.Gate(traffic, exposure, share, checks) is not { } gate || gate.Delay.NineOfTen <= within)
            return null;
        var enough = Margin.Rungs.Where(w => w > exposure).Select(w => (Weight?)w).FirstOrDefault(w => DetectionPower.Gate(traffic, w!.Value, w.Value, checks)!.Delay.NineOfTen <= within);
        var errors = checks.OfType<CheckSpec.Errors>().First();
        var objective = Wider.Select(times => (double?)(times * errors.Objective)).Where(o => o < 0.5)
            .FirstOrDefault(o => DetectionPower.Gate(traffic, exposure, share, checks.Replace(errors, errors with { Objective = o!.Value }))!.Delay.NineOfTen <= within);
        var needs = gate.Delay.NineOfTen is { } time ? $"it takes {Durations.Text(Rounded(time))}" : $"it takes more than {Durations.Text(Delay.Horizon)}";
        return new Problem("SLIP0902", place, FormattableString.Invariant($"with {share} of {traffic.RequestsPerSecond:0.###} requests a second, {exposure} cannot be shown to be safe within {Durations.Text(within)} (nine times of ten): {needs}"),
            Sentence(
            [
                enough is { } w ? $"begin with {w}" : null,
                objective is { } o ? FormattableString.Invariant($"widen the margin with an errors `objective` of {100 * o:0.###}%") : null,
                gate.Delay.NineOfTen is { } longer ? $"give it {Durations.Text(Rounded(longer))}" : null,
                "let a person decide",
            ]));
    }

    private static string Sentence(IEnumerable<string?> remedies) => string.Join(", or ", remedies.OfType<string>());

    /// <summary>Up, to what a person would write: two seconds of three hours are no plan.</summary>
    private static TimeSpan Rounded(TimeSpan time)
    {
        var unit = time < TimeSpan.FromMinutes(2) ? TimeSpan.FromSeconds(5) : time < TimeSpan.FromHours(2) ? TimeSpan.FromMinutes(1) : TimeSpan.FromMinutes(30);
        return unit * Math.Ceiling(time / unit);
    }
}
