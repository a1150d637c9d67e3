using System.Collections.Immutable;
using static Slipway.Core.Deployments.DeploymentEvent;

namespace Slipway.Core.Deployments;

/// <summary>How events change the state.</summary>
internal static class Evolution
{
    public static Deployment Evolve(Deployment state, DeploymentEvent e)
    {
        var next = Apply(state, e);
        if (next.Spec is null)
            return next;
        if (next.ScaledFrom is not null && next.HasEnoughCandidates)
            next = next with { ScaledFrom = null };
        return Clocks(state, Split(state, next, e.At), e.At);
    }

    /// <summary>When another split is wanted, nobody knows what serves until that one is confirmed.</summary>
    private static Deployment Split(Deployment before, Deployment next, DateTimeOffset at) =>
        before.Spec is not null && next.Wanted == before.Wanted && !(before.Confirmed is not null && next.Confirmed is null)
            ? next
            : next with { Confirmed = null, SplitNumber = next.SplitNumber + 1, SplitWantedAt = at, Overdue = null };

    private static Deployment Clocks(Deployment before, Deployment next, DateTimeOffset at)
    {
        if (Plans.Start(next)?.Key is { } start && (before.Spec is null || Plans.Start(before)?.Key != start))
            next = next with { StartWantedAt = at };
        if (Plans.Baseline(next)?.Key is { } baseline && (before.Spec is null || Plans.Baseline(before)?.Key != baseline))
            next = next with { BaselineWantedAt = at };
        if (Plans.Stable(next)?.Key is { } stable && (before.Spec is null || Plans.Stable(before)?.Key != stable))
            next = next with { StableWantedAt = at };
        if (Plans.Hook(next)?.Key is { } hook && (before.Spec is null || Plans.Hook(before)?.Key != hook))
            next = next with { HookWantedAt = at };
        return next with { Healthy = next.Healthy.Turn(next.IsHealthy, at), WaitedForPeople = next.WaitedForPeople.Turn(next.WaitsForPeople, at) };
    }

    private static Deployment Apply(Deployment s, DeploymentEvent e) => e switch
    {
        Started x => s with { Spec = x.Spec, Phase = Phase.Progressing, StartedAt = x.At },
        StepEntered x => s with { StepIndex = x.Index, StepEnteredAt = x.At, Healthy = default, Promoted = false, Approvals = [], Hook = null },
        CandidateReady x => s with { CandidateInstances = x.Instances },
        CandidateExited x => s with { CandidateInstances = Math.Max(0, s.CandidateInstances - 1), Exits = s.Exits + 1, LastExit = x.Detail },
        StableReady x => s with { StableInstances = x.Instances },
        BaselineReady x => s with { BaselineInstances = x.Instances },
        Scaled x => s with { Scaled = x.Instances, StableInstances = s.StableInstances ?? s.Total, ScaledFrom = s.ScaledFrom ?? s.Total },
        SplitConfirmed x => s with { Confirmed = x.Split, LastWeight = s.Share(x.Split), ConfirmedAt = x.At, Overdue = null },
        SplitLost => s with { Confirmed = null },
        EvidenceSeen => s with { EvidenceSeen = true },
        MeasuringLost x => s with { Blind = x.Why, BlindSince = x.At },
        MeasuringBack => s with { Blind = null },
        ShownSafe x => s with { ShownSafe = s.ShownSafe.Add(x.Exposure) },
        CheckFailed x => s with { Failures = s.Failures.Add(x.Evidence) },
        SignalReceived x => s with { Signals = s.Signals.RemoveAll(old => old.Name == x.Signal.Name).Add(x.Signal) },
        HookSucceeded when s.Phase is Phase.RollingBack => s with { Undone = s.Undone + 1 },
        HookSucceeded => s with { Hook = new HookOutcome(null), HooksDone = s.HooksDone.Add(s.StepIndex) },
        HookFailed when s.Phase is Phase.RollingBack => s with { Undone = s.Undone + 1 },
        HookFailed x => s with { Hook = new HookOutcome(x.Why) },
        Approved x => s with { Approvals = s.Approvals.Add(x.By) },
        Promoted => s with { Promoted = true },
        PromotedFully => s with { PromotedFully = true },
        Paused x => s with { PausedAt = s.PausedAt ?? x.At, PausedWhy = x.Why, PausedBy = x.By, PausedByItself = x.By == "slipway" },
        Resumed x => s with { StepEnteredAt = Later(s, s.StepEnteredAt, x.At), ConfirmedAt = Later(s, s.ConfirmedAt, x.At), BlindSince = x.At, Promoted = s.Promoted || s.PausedByItself, PausedAt = null, PausedWhy = null, PausedBy = null, PausedByItself = false },
        Held x => s with { HeldWhy = x.Why },
        Released => s with { HeldWhy = null },
        Overdue x => s with { Overdue = x.What },
        StepsCompleted => s with { Phase = Phase.Settling },
        RollbackStarted x => s with { Phase = Phase.RollingBack, Cause = x.Cause, Why = x.Why, PausedAt = null, PausedWhy = null, PausedBy = null, PausedByItself = false, HeldWhy = null, Confirmed = null },
        Succeeded x => s with { Phase = Phase.Succeeded, EndedAt = x.At },
        RolledBack x => s with { Phase = Phase.RolledBack, EndedAt = x.At },
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Time spent paused does not count: what began before the pause moves by it, what began during it begins when it ends.</summary>
    private static DateTimeOffset Later(Deployment state, DateTimeOffset begun, DateTimeOffset resumedAt) => state.PausedAt switch
    {
        { } paused when begun <= paused => begun + (resumedAt - paused),
        { } => resumedAt,
        null => begun,
    };
}
