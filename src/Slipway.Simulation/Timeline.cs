using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Analysis.Power;
using Slipway.Core.Configuration;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;

namespace Slipway.Simulation;

/// <summary>One step of a strategy before anything runs.</summary>
/// <param name="Number">From 1.</param>
/// <param name="What">In words.</param>
/// <param name="OfEnvironment">Share of the environment's users on the candidate.</param>
/// <param name="OfAll">Share of all the project's users who are exposed.</param>
/// <param name="Begins">Earliest, when everything is healthy and nobody is waited for.</param>
/// <param name="Lasts">At least.</param>
/// <param name="WaitsFor">Whom or what beyond time; null: nobody.</param>
/// <param name="Sees">The smallest faults that the checks see while it lasts, nine times of ten; null: none, or the candidate has no users.</param>
/// <param name="Evidence">About how long the checks need to say "safe" for a healthy candidate; null: they are not asked, or need longer than a person would be waited for.</param>
public sealed record TimelineStep(int Number, string What, Weight OfEnvironment, Weight OfAll, TimeSpan Begins, TimeSpan Lasts, string? WaitsFor, TimeSpan? Evidence, string? Sees);

/// <summary>How a candidate would come into an environment.</summary>
/// <param name="Least">From the first step to the end, when everything is healthy and nobody is waited for.</param>
/// <param name="Warnings">What will not go as the strategy hopes, in words.</param>
public sealed record Timeline(EnvironmentName Environment, ImmutableArray<TimelineStep> Steps, TimeSpan Least, ImmutableArray<string> Warnings)
{
    /// <summary>A pure function of the document and the traffic.</summary>
    public static Timeline Of(EnvironmentSpec environment, ServiceTraffic traffic)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(traffic);
        var steps = ImmutableArray.CreateBuilder<TimelineStep>();
        var warnings = ImmutableArray.CreateBuilder<string>();
        var (blind, sees) = ((Problem?)null, false);
        var (split, at) = (new TrafficSplit(new CandidateId("stable"), new CandidateId("candidate"), Weight.None, null), TimeSpan.Zero);
        foreach (var step in environment.Strategy)
        {
            split = step.Shape(split);
            var evidence = step.AsksIfSafe ? TimeToSafe(environment, split, traffic, Patience(step)) : null;
            var lasts = Longer(Shortest(step), evidence);
            var (exposure, place) = (Exposure.Of(environment.Slice, split), $"step {steps.Count + 1} ({step.Describe()})");
            var compared = step is WeightStep or AudienceStep or BakeStep or CheckStep or PauseStep && exposure < Weight.Full && exposure > Weight.None && lasts > TimeSpan.Zero;
            var seen = compared ? PowerAdvice.Seen(DetectionPower.Faults(traffic, exposure, environment.Checks), lasts) : [];
            steps.Add(new TimelineStep(steps.Count + 1, step.Describe(), split.Weight, exposure, at, lasts, WaitsFor(step), evidence,
                seen.IsEmpty ? null : string.Join(", ", seen.Select(f => $"{f.Name} in {Durations.Text(f.Delay.NineOfTen!.Value)}"))));
            if (step.AsksIfSafe && evidence is null)
                warnings.Add(Text(PowerAdvice.Uncertain(place, traffic, exposure, exposure, environment.Checks, Patience(step)) ?? new Problem("SLIP0902", place, "the checks cannot say safe in time", "let a person decide")));
            else if (compared)
                (blind, sees) = (blind ?? PowerAdvice.Blind(place, traffic, exposure, environment.Checks, lasts), sees || seen.Any(f => f.Name != "outage"));
            at += lasts;
        }

        if (!sees && blind is not null && !environment.Checks.IsEmpty)
            warnings.Add(Text(blind));

        if (environment.Slice is not Slice.None && environment.Checks.IsEmpty)
            warnings.Add("no checks: only time, and people, decide");
        return new Timeline(environment.Name, steps.ToImmutable(), at, warnings.ToImmutable());
    }

    private static string Text(Problem problem) => $"{problem.Code}: {problem.Place}: {problem.Message}; {problem.Remedy}";

    /// <summary>What a step lasts when nothing but time is waited for.</summary>
    private static TimeSpan Shortest(Step step) => step switch
    {
        WeightStep weight => weight.Hold,
        BakeStep bake => bake.For,
        MirrorStep mirror => mirror.For,
        PauseStep { For: { } time } => time,
        _ => TimeSpan.Zero,
    };

    private static TimeSpan Patience(Step step) => step switch
    {
        CheckStep check => check.Within,
        WeightStep weight => Silence.Patience(weight.Hold),
        _ => TimeSpan.Zero,
    };

    private static string? WaitsFor(Step step) => step switch
    {
        ApproveStep approve => approve.Describe(),
        PauseStep { For: null } => "a person",
        SignalStep signal => $"the signal {signal.Name}",
        HookStep hook => $"the hook {hook.Hook.Name}",
        DeployStep or BaselineStep or ScaleStep => "instances to be ready",
        _ => step.AsksIfSafe ? "the checks to say safe" : null,
    };

    private static TimeSpan Longer(TimeSpan least, TimeSpan? evidence) => evidence > least ? evidence.Value : least;

    /// <summary>The real checks on simulated traffic of a healthy candidate.</summary>
    private static TimeSpan? TimeToSafe(EnvironmentSpec environment, TrafficSplit split, ServiceTraffic traffic, TimeSpan patience)
    {
        var exposure = Exposure.Of(environment.Slice, split);
        CanaryAnalysis analysis = new(environment.Checks, [exposure]);
        Chance chance = new(1);
        var onCandidate = Math.Max(exposure.Share, split.Mirror.Share);
        for (var second = 1; second <= patience.TotalSeconds; second++)
        {
            analysis.Observe(TimeSpan.FromSeconds(second), Side(chance, traffic.RequestsPerSecond * onCandidate, traffic.ErrorRate), Side(chance, traffic.RequestsPerSecond * (1 - exposure.Share), traffic.ErrorRate));
            if (analysis.Report().IsSafeAt(exposure))
                return TimeSpan.FromSeconds(second);
        }

        return null;
    }

    private static SideCounts? Side(Chance chance, double rate, double errorRate) => chance.Poisson(rate) is var requests and > 0
        ? new SideCounts { Environment = default, Candidate = default, Started = requests, Completed = requests, ServerErrors = chance.Binomial(requests, errorRate) }
        : null;
}
