using System.Collections.Immutable;
using Slipway.Core.Traffic;

namespace Slipway.Core.Analysis.Power;

/// <summary>What a service is like while everything is healthy.</summary>
/// <param name="RequestsPerSecond">Of all its users. Above 0.</param>
/// <param name="ErrorRate">Share of requests that fail, 0 to below 1.</param>
public sealed record ServiceTraffic(double RequestsPerSecond, double ErrorRate)
{
    /// <summary>Half of the requests are answered within this.</summary>
    public TimeSpan MedianLatency { get; init; } = TimeSpan.FromMilliseconds(80);

    /// <summary>Standard deviation of the natural log of a latency: 0.6 is a service whose slowest hundredth takes four times its median.</summary>
    public double LatencySpread { get; init; } = 0.6;

    /// <summary>Its project names routes.</summary>
    public bool HasRoutes { get; init; }

    /// <summary>Log evidence of the whole at which a check fails: where it bets on routes too, half of its stake is there.</summary>
    internal double Limit(CheckSpec check, double alpha, StrataChoice strata) =>
        -Math.Log(HasRoutes && check.From is null && strata is StrataChoice.All or StrataChoice.Routes ? alpha / 2 : alpha);
}

/// <summary>How traffic is divided between the sides, in requests a second.</summary>
internal readonly record struct Split(double Candidate, double Baseline)
{
    public static Split Of(ServiceTraffic traffic, Weight weight) => new(traffic.RequestsPerSecond * weight.Share, traffic.RequestsPerSecond * (1 - weight.Share));

    /// <summary>A second of both; what was counted in it plays no part in where the nearest point of a null is.</summary>
    public Window Second => new(Candidate, 0, Baseline, 0);
}

/// <summary>How long something takes: half of the time not longer than the median. Null: not within <see cref="Horizon"/>.</summary>
/// <param name="NineOfTen">Nine times of ten not longer than this.</param>
public sealed record Delay(TimeSpan? Median, TimeSpan? NineOfTen)
{
    /// <summary>Nobody waits longer for a verdict.</summary>
    public static readonly TimeSpan Horizon = TimeSpan.FromDays(7);

    public static Delay Never { get; } = new(null, null);

    internal Delay After(TimeSpan wait) => new(Median + wait, NineOfTen + wait);
}

/// <summary>How long until a fault that is there from the start is seen.</summary>
/// <param name="Name">Such as <c>errors x2</c>.</param>
/// <param name="Check">Which check sees it.</param>
/// <param name="ErrorRate">The candidate's, 0 to 1; the healthy one where it only gets slower.</param>
/// <param name="Requests">To the candidate until then, at the median; null where it is not seen.</param>
/// <param name="Failed">Of these.</param>
public sealed record FaultPower(string Name, string Check, double ErrorRate, Delay Delay, double? Requests, double? Failed);

/// <summary>How long until a healthy candidate is shown to be safe enough for an exposure, with that share of the traffic.</summary>
/// <param name="Ratio">The gate's margin: times the baseline's error rate,</param>
/// <param name="Difference">plus this share of requests.</param>
public sealed record GatePower(Weight Exposure, double Ratio, double Difference, Delay Delay, double? Requests);

/// <summary>What checks can see and say of a service, at one weight.</summary>
/// <param name="Faults">Seen at <paramref name="Weight"/>.</param>
/// <param name="Gates">The product's ladder, and the weight itself.</param>
public sealed record PowerReport(ServiceTraffic Traffic, Weight Weight, ImmutableArray<FaultPower> Faults, ImmutableArray<GatePower> Gates);
