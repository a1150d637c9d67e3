using System.Collections.Immutable;
using Slipway.Core.Analysis;
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
/// <param name="Evidence">About how long the checks need to say "safe" for a healthy candidate; null: they are not asked, or need longer than a person would be waited for.</param>
public sealed record TimelineStep(int Number, string What, Weight OfEnvironment, Weight OfAll, TimeSpan Begins, TimeSpan Lasts, string? WaitsFor, TimeSpan? Evidence);

/// <summary>How a candidate would come into an environment.</summary>
/// <param name="Least">From the first step to the end, when everything is healthy and nobody is waited for.</param>
/// <param name="Warnings">What will not go as the strategy hopes, in words.</param>
public sealed record Timeline(EnvironmentName Environment, ImmutableArray<TimelineStep> Steps, TimeSpan Least, ImmutableArray<string> Warnings)
{
    /// <summary>A pure function of the document and the traffic.</summary>
    /// <param name="requestsPerSecond">Of the whole service.</param>
    /// <param name="errorRate">Of a healthy version, 0 to 1.</param>
    public static Timeline Of(EnvironmentSpec environment, double requestsPerSecond, double errorRate)
    {
        var steps = ImmutableArray.CreateBuilder<TimelineStep>();
        var warnings = ImmutableArray.CreateBuilder<string>();
        var (split, at) = (new TrafficSplit(new CandidateId("stable"), new CandidateId("candidate"), Weight.None, null), TimeSpan.Zero);
        foreach (var step in environment.Strategy)
        {
            split = step.Shape(split);
            var evidence = step.AsksIfSafe ? TimeToSafe(environment, split, requestsPerSecond, errorRate, Patience(step)) : null;
            var lasts = Longer(Shortest(step), evidence);
            steps.Add(new TimelineStep(steps.Count + 1, step.Describe(), split.Weight, Exposure.Of(environment.Slice, split), at, lasts, WaitsFor(step), evidence));
            if (step.AsksIfSafe && evidence is null)
                warnings.Add($"step {steps.Count} ({step.Describe()}): at {requestsPerSecond:0.##} requests a second the checks cannot say safe within {Durations.Text(Patience(step))}; a person would be asked. Take a larger share, a longer time, or an errors check with a larger objective");
            at += lasts;
        }

        if (environment.Slice is not Slice.None && environment.Checks.IsEmpty)
            warnings.Add("no checks: only time, and people, decide");
        return new Timeline(environment.Name, steps.ToImmutable(), at, warnings.ToImmutable());
    }

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
    private static TimeSpan? TimeToSafe(EnvironmentSpec environment, TrafficSplit split, double requestsPerSecond, double errorRate, TimeSpan patience)
    {
        var exposure = Exposure.Of(environment.Slice, split);
        CanaryAnalysis analysis = new(environment.Checks, [exposure]);
        Chance chance = new(1);
        var onCandidate = Math.Max(exposure.Share, split.Mirror.Share);
        for (var second = 1; second <= patience.TotalSeconds; second++)
        {
            analysis.Observe(TimeSpan.FromSeconds(second), Side(chance, requestsPerSecond * onCandidate, errorRate), Side(chance, requestsPerSecond * (1 - exposure.Share), errorRate));
            if (analysis.Report().IsSafeAt(exposure))
                return TimeSpan.FromSeconds(second);
        }

        return null;
    }

    private static SideCounts? Side(Chance chance, double rate, double errorRate) => chance.Poisson(rate) is var requests and > 0
        ? new SideCounts { Environment = default, Candidate = default, Started = requests, Completed = requests, ServerErrors = chance.Binomial(requests, errorRate) }
        : null;
}
