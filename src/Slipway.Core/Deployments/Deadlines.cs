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
        if (Plans.Start(state) is not null && state.CandidateInstances < state.WantedCandidates)
        {
            var within = state.Spec.Candidate.Deploy.StartDeadline;
            if (forward || (state.Spec.Kind is DeploymentKind.Rollback && !state.Spec.LastResort))
                yield return (state.StartWantedAt + within, now => new RollbackStarted(RollbackCause.Failed, $"it was not ready within {Durations.Text(within)}", now));
            else if (state.Overdue is null)
                yield return (state.StartWantedAt + within, now => new Overdue($"it was not ready within {Durations.Text(within)}", now));
        }

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
}
