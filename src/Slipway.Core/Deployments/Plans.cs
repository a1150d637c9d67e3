using System.Collections.Immutable;

namespace Slipway.Core.Deployments;

/// <summary>What a deployment wants of the outside world. Looks at state only, so a crash can lose nothing.</summary>
internal static class Plans
{
    public static ImmutableArray<Effect> Of(Deployment state)
    {
        if (state.IsEnded || state.Phase is Phase.Pending)
            return [];
        var effects = ImmutableArray.CreateBuilder<Effect>();
        if (Start(state) is { } start)
            effects.Add(start);
        if (Baseline(state) is { } baseline)
            effects.Add(baseline);
        if (Stable(state) is { } stable)
            effects.Add(stable);
        if (state.Confirmed is null)
            effects.Add(new Effect.ApplySplit($"split/{state.SplitNumber}", state.Wanted));
        if (Hook(state) is { } hook)
            effects.Add(hook);
        if (state is { Phase: Phase.Progressing, CandidateReady: true, Spec.Kind: DeploymentKind.Forward })
            effects.Add(new Effect.Watch("watch"));
        return effects.ToImmutable();
    }

    public static Effect.StartCandidate? Start(Deployment state) =>
        state.WantedCandidates > 0 && state.CandidateInstances != state.WantedCandidates && !state.IsCrashLoopHalted && !state.IsEnded
            ? new Effect.StartCandidate($"start/{state.Exits}/{state.WantedCandidates}", state.Spec.Candidate, state.WantedCandidates)
            : null;

    public static Effect.StartBaseline? Baseline(Deployment state) => state.WantedBaselines > state.BaselineInstances
        ? new Effect.StartBaseline($"baseline/{state.WantedBaselines}", state.Spec.Stable!, state.WantedBaselines)
        : null;

    public static Effect.ScaleStable? Stable(Deployment state) => !state.IsEnded && state.Spec.Stable is { } stable && (state.StableInstances ?? state.Total) != state.WantedStables
        ? new Effect.ScaleStable($"stable/{state.WantedStables}", stable, state.WantedStables)
        : null;

    /// <summary>A step's hook; on the way back, once the traffic is back, what undoes those that succeeded, newest first, and then the rollback hooks.</summary>
    public static Effect.RunHook? Hook(Deployment state) => state switch
    {
        { Phase: Phase.Progressing, Step.Runs: { } hook, Hook: null } => Hook(state, $"hook/{state.StepIndex}", hook),
        { Phase: Phase.RollingBack } when IsBack(state) && Undoing(state).ElementAtOrDefault(state.Undone) is { } undo => Hook(state, $"undo/{state.Undone}", undo),
        _ => null,
    };

    /// <summary>Whether nobody is on the candidate any more.</summary>
    public static bool IsBack(Deployment state) => state.Confirmed is { Candidate: null };

    internal static IEnumerable<Projects.HookSpec> Undoing(Deployment state) =>
        state.HooksDone.Reverse().Select(i => state.Spec.Steps[i].Runs?.Undo).OfType<Projects.HookSpec>().Concat(state.Spec.OnRollback);

    private static Effect.RunHook Hook(Deployment state, string key, Projects.HookSpec hook) => new(key, hook, $"{state.Spec.Id}/{key}");
}
