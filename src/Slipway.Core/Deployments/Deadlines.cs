using Slipway.Core.Strategies;
using static Slipway.Core.Deployments.DeploymentEvent;

namespace Slipway.Core.Deployments;

/// <summary>When what was asked for is given up, and what follows then. Whoever has something better to go back to goes back; else a person is told.</summary>
internal static class Deadlines
{
    /// <summary>How long the router may take to serve a split.</summary>
    public static readonly TimeSpan Split = TimeSpan.FromMinutes(10);

    /// <summary>How long the checks may be unable to measure.</summary>
    public static readonly TimeSpan Blindness = TimeSpan.FromMinutes(15);

    /// <summary>How long a rollout that asked waits for a person.</summary>
    public static readonly TimeSpan Question = TimeSpan.FromDays(30);

    /// <summary>What has come due; null: nothing.</summary>
    public static DeploymentEvent? Due(Deployment state, DateTimeOffset now) => Next(state) is var (at, consequence) && at <= now ? consequence(now) : null;

    public static DateTimeOffset? At(Deployment state) => Next(state)?.At;

    private static (DateTimeOffset At, Func<DateTimeOffset, DeploymentEvent> Consequence)? Next(Deployment state)
    {
        (DateTimeOffset At, Func<DateTimeOffset, DeploymentEvent> Consequence)? first = null;
        foreach (var deadline in All(state))
        {
            if (first is null || deadline.At < first.Value.At)
                first = deadline;
        }

        return first;
    }

    private static IEnumerable<(DateTimeOffset At, Func<DateTimeOffset, DeploymentEvent> Consequence)> All(Deployment state)
    {
        if (state.IsEnded || state.Phase is Phase.Pending)
            yield break;
        var forward = state.Phase is Phase.Progressing or Phase.Settling && state.Spec.Kind is DeploymentKind.Forward;
        foreach (var instances in Instances(state, forward))
            yield return instances;
        if (state.Confirmed is null && forward)
            yield return (state.SplitWantedAt + Split, now => new RollbackStarted(RollbackCause.Failed, $"the router did not confirm the traffic within {Durations.Text(Split)}", now));
        else if (state.Confirmed is null && state.Overdue is null)
            yield return (state.SplitWantedAt + Split, now => new Overdue($"the router did not confirm the traffic within {Durations.Text(Split)}", now));
        if (Plans.Hook(state) is { } hook)
            yield return (state.HookWantedAt + hook.Hook.Deadline, now => new HookFailed(hook.Key, $"no answer within {Durations.Text(hook.Hook.Deadline)}", now));
        if (state is { Phase: Phase.Progressing, Blind: { } blind, IsPaused: false, Promoted: false, PromotedFully: false })
            yield return (state.BlindSince + Blindness, now => new Paused("slipway", $"the checks could not measure for {Durations.Text(Blindness)}: {blind}", now));
        if (state is { PausedByItself: true, PausedAt: { } asked } && forward)
            yield return (asked + Question, now => new RollbackStarted(RollbackCause.Aborted, $"nobody answered within {Durations.Text(Question)}: {state.PausedWhy}", now));
    }

    /// <summary>
    /// Instances that are missing. Without any of the candidate, or any to compare it with, there is nothing to go on with; everything else is asked
    /// for again and again, and a person is told.
    /// </summary>
    private static IEnumerable<(DateTimeOffset At, Func<DateTimeOffset, DeploymentEvent> Consequence)> Instances(Deployment state, bool forward)
    {
        if (Plans.Start(state) is not null)
        {
            var within = state.Spec.Candidate.Deploy.StartDeadline;
            var why = state.CandidateInstances < state.WantedCandidates ? $"it was not ready within {Durations.Text(within)}" : $"it still has more instances than are wanted, after {Durations.Text(within)}";
            if (state.CandidateInstances < state.WantedCandidates && (forward || (state.Spec.Kind is DeploymentKind.Rollback && !state.Spec.LastResort)))
                yield return (state.StartWantedAt + within, now => new RollbackStarted(RollbackCause.Failed, why, now));
            else if (state.Overdue is null)
                yield return (state.StartWantedAt + within, now => new Overdue(why, now));
        }

        if (Plans.Baseline(state) is { } baseline)
        {
            var within = baseline.Workload.Deploy.StartDeadline;
            var why = $"fresh instances of the stable version were not ready within {Durations.Text(within)}";
            if (state.BaselineInstances == 0)
                yield return (state.BaselineWantedAt + within, now => new RollbackStarted(RollbackCause.Failed, why, now));
            else if (state.Overdue is null)
                yield return (state.BaselineWantedAt + within, now => new Overdue(why, now));
        }

        if (Plans.Stable(state) is { } stable && state.Overdue is null)
        {
            var within = stable.Workload.Deploy.StartDeadline;
            yield return (state.StableWantedAt + within, now => new Overdue($"the stable version did not have {(stable.Instances == 1 ? "one instance" : $"{stable.Instances} instances")} within {Durations.Text(within)}", now));
        }
    }
}
