using System.Collections.Immutable;
using Slipway.Core.Projects;

namespace Slipway.Core.Deployments;

/// <summary>Where a hook of a deployment is.</summary>
public enum HookPhase
{
    /// <summary>Its step has not begun.</summary>
    Waiting,

    Running,

    Succeeded,

    /// <summary>Not one of its tries succeeded.</summary>
    Failed,

    /// <summary>Its step was left without it: a person went on, or the deployment went back.</summary>
    Skipped,

    /// <summary>It ran on the way back, well or not: that holds nothing up, and the events say how.</summary>
    Ended,
}

/// <summary>One hook of a deployment.</summary>
/// <param name="Undoes">Whether it runs on the way back.</param>
/// <param name="Why">Why it failed, as far as known.</param>
public sealed record HookState(string Name, HookPhase Phase, bool Undoes, string? Why);

/// <summary>The hooks of a deployment and where each is, in the order in which they run.</summary>
public static class HookStates
{
    public static ImmutableArray<HookState> Of(Deployment d) => [.. Forward(d), .. Back(d)];

    private static IEnumerable<HookState> Forward(Deployment d) =>
        d.Spec.Steps.Select((step, i) => (step.Runs, i)).Where(s => s.Runs is not null).Select(s => Forward(d, s.Runs!, s.i));

    private static HookState Forward(Deployment d, HookSpec hook, int step) => d switch
    {
        _ when d.HooksDone.Contains(step) => new(hook.Name, HookPhase.Succeeded, false, null),
        _ when step == d.StepIndex && d.Hook is { Failure: { } why } => new(hook.Name, HookPhase.Failed, false, why),
        _ when step == d.StepIndex && d.Phase is Phase.Progressing => new(hook.Name, HookPhase.Running, false, null),
        _ when step > d.StepIndex && d.Phase is Phase.Pending or Phase.Progressing => new(hook.Name, HookPhase.Waiting, false, null),
        _ => new(hook.Name, HookPhase.Skipped, false, null),
    };

    private static IEnumerable<HookState> Back(Deployment d) => d.Phase is Phase.RollingBack or Phase.RolledBack
        ? Plans.Undoing(d).Select((hook, i) => new HookState(hook.Name, i < d.Undone ? HookPhase.Ended : Plans.Hook(d) is not null && i == d.Undone ? HookPhase.Running : HookPhase.Waiting, true, null))
        : [];
}
