using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Analysis.Recording;
using Slipway.Core.Deployments;
using Slipway.Core.Traffic;

namespace Slipway.Simulation;

/// <summary>What a stop cost.</summary>
/// <param name="After">Since the deployment started.</param>
/// <param name="Why">What was said of it.</param>
/// <param name="Requests">That the candidate had had until then.</param>
/// <param name="Failed">Of these.</param>
/// <param name="InExcess">Of these, how many more than the baseline's rate would have given; 0 when there were fewer.</param>
/// <param name="Share">Share of the environment's users on the candidate at that time; null: not confirmed.</param>
public sealed record Stop(TimeSpan After, string Why, long Requests, long Failed, double InExcess, Weight? Share);

/// <summary>When an exposure was safe: with the policy that is tried, and really. Null: never while it was watched.</summary>
public sealed record SafeMoment(Weight Exposure, TimeSpan? After, TimeSpan? Really);

/// <summary>What a policy would have made of a past deployment, beside what really happened.</summary>
/// <param name="Verdict">Of the checks that are tried, at their stop or at the end of what was recorded.</param>
/// <param name="Stopped">Null: it would not have stopped in what was recorded.</param>
/// <param name="Really">How the deployment was really stopped; null when it was not.</param>
/// <param name="Ended">How it really ended: <c>succeeded</c>, <c>rolled back</c> or <c>under way</c>.</param>
/// <param name="Requests">To the candidate, in all that was recorded.</param>
/// <param name="Recorded">Until when the checks saw something.</param>
/// <param name="Notes">Why it may not be exact, in words.</param>
public sealed record BacktestResult(
    DeploymentId Deployment, Verdict Verdict, Stop? Stopped, ImmutableArray<CheckReport> Checks, ImmutableArray<SafeMoment> Gates,
    Stop? Really, string Ended, long Requests, long Failed, TimeSpan Recorded, ImmutableArray<string> Notes);

/// <summary>Shows what the checks of a past deployment saw to other checks, or to the same. With the same they say the same at the same moment.</summary>
public static class Backtest
{
    /// <param name="events">Of the deployment, from its start.</param>
    /// <param name="windows">All that its checks saw.</param>
    /// <param name="checks">The policy that is tried; the deployment's own when null.</param>
    public static BacktestResult Of(ImmutableArray<DeploymentEvent> events, ImmutableArray<ObservedWindow> windows, ImmutableArray<CheckSpec>? checks)
    {
        var started = events.OfType<DeploymentEvent.Started>().First();
        var (tried, gates) = (checks ?? started.Spec.Checks, Deployment.Gates(started.Spec));
        CanaryAnalysis analysis = new(tried, gates);
        var really = events.FirstOrDefault(e => e is DeploymentEvent.RollbackStarted);
        Stop? stopped = null, stoppedReally = null;
        AnalysisReport? atStop = null;
        var safe = new Dictionary<Weight, TimeSpan>();
        Exposed seen = default;
        foreach (var window in windows)
        {
            if (really is not null && stoppedReally is null && window.At > really.At - started.At)
                stoppedReally = Really(events, started, really, seen);
            analysis = Replayed.Onto(analysis, tried, gates, [window]);
            seen += window;
            var report = analysis.Report();
            foreach (var gate in gates.Where(g => report.IsSafeAt(g)))
                safe.TryAdd(gate, window.At);
            if (stopped is null && report.Checks.FirstOrDefault(c => c is { Verdict: Verdict.Fail, DryRun: false }) is { } failed)
                (stopped, atStop) = (seen.Stop(window.At, $"{failed.Name}: {failed.Summary}", ShareAt(events, started.At + window.At)), report);
        }

        if (really is not null)
            stoppedReally ??= Really(events, started, really, seen);
        var last = atStop ?? analysis.Report();
        return new BacktestResult(
            started.Spec.Id, last.Verdict, stopped, last.Checks, [.. gates.Select(g => new SafeMoment(g, stopped is { } s && safe.GetValueOrDefault(g) >= s.After ? null : Moment(safe, g), SafeReally(events, started, g)))],
            stoppedReally, Ending(events), seen.Requests, seen.Failed, windows.IsEmpty ? TimeSpan.Zero : windows[^1].At, [.. Notes(windows, stopped, stoppedReally)]);
    }

    private static TimeSpan? Moment(Dictionary<Weight, TimeSpan> moments, Weight gate) => moments.TryGetValue(gate, out var at) ? at : null;

    private static TimeSpan? SafeReally(ImmutableArray<DeploymentEvent> events, DeploymentEvent.Started started, Weight gate) =>
        events.OfType<DeploymentEvent.ShownSafe>().FirstOrDefault(e => e.Exposure >= gate) is { } shown ? shown.At - started.At : null;

    private static Stop Really(ImmutableArray<DeploymentEvent> events, DeploymentEvent.Started started, DeploymentEvent really, Exposed seen) =>
        seen.Stop(really.At - started.At, ((DeploymentEvent.RollbackStarted)really).Why, ShareAt(events, really.At));

    private static Weight? ShareAt(ImmutableArray<DeploymentEvent> events, DateTimeOffset at) =>
        events.OfType<DeploymentEvent.SplitConfirmed>().LastOrDefault(e => e.At <= at && e.Split.Candidate is not null)?.Split.Weight;

    private static string Ending(ImmutableArray<DeploymentEvent> events) => events.LastOrDefault(e => e is DeploymentEvent.Succeeded or DeploymentEvent.RolledBack) switch
    {
        DeploymentEvent.Succeeded => "succeeded",
        DeploymentEvent.RolledBack => "rolled back",
        _ => "under way",
    };

    private static IEnumerable<string> Notes(ImmutableArray<ObservedWindow> windows, Stop? stopped, Stop? really)
    {
        if (windows.IsEmpty)
            yield return "nothing was recorded: its checks saw nothing, or what they saw was pruned";
        if (windows.OfType<ObservedWindow.Compared>().Any(w => w.Merged > 1))
            yield return "for want of room only sums of several seconds were kept from some time on: moments after that are to the minute, and the evidence may differ a little from the live one";
        if (windows.Any(w => w is ObservedWindow.Cut))
            yield return "for want of room the rest was not recorded";
        if (windows.Any(w => w is ObservedWindow.BegunAnew))
            yield return "the checks began anew in between, as they did then";
        if (stopped is null && really is not null)
            yield return "it really stopped there: what this policy would have seen afterwards is not known";
    }

    /// <summary>What the sides had until a moment, from the candidate's first request on.</summary>
    private readonly record struct Exposed(long Requests, long Failed, long BaselineRequests, long BaselineFailed)
    {
        public static Exposed operator +(Exposed seen, ObservedWindow window) => window is not ObservedWindow.Compared { Candidate: var candidate, Baseline: var baseline } || (seen.Requests == 0 && candidate is null)
            ? seen
            : new(seen.Requests + (candidate?.Completed ?? 0), seen.Failed + Failures(candidate), seen.BaselineRequests + (baseline?.Completed ?? 0), seen.BaselineFailed + Failures(baseline));

        public Stop Stop(TimeSpan after, string why, Weight? share) =>
            new(after, why, Requests, Failed, Math.Max(0, Failed - (BaselineRequests == 0 ? 0 : Requests * (double)BaselineFailed / BaselineRequests)), share);

        private static long Failures(SideCounts? side) => side is null ? 0 : side.ServerErrors + side.NoAnswer;
    }
}
