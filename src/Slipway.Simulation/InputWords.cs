using System.Collections.Immutable;
using Slipway.Core.Deployments;

namespace Slipway.Simulation;

/// <summary>Inputs as sentences.</summary>
internal static class InputWords
{
    /// <summary>The checks repeat what they said before; what was decided on says what is new of it.</summary>
    public static string Of(DeploymentInput? input, ImmutableArray<DeploymentEvent> decided) => input switch
    {
        null => "it begins",
        DeploymentInput.Tick => "time passed",
        DeploymentInput.Answered { Answer: EffectAnswer.Failed failed } x => $"{Effect(x.Key)} failed ({failed.Reason})",
        DeploymentInput.Answered x => $"{Effect(x.Key)} was done",
        DeploymentInput.CandidateExited => "an instance exited",
        DeploymentInput.InstancesReady => "some instances are ready",
        DeploymentInput.Observed => "the router was read back",
        DeploymentInput.Analysed when decided.Any(e => e is DeploymentEvent.CheckFailed) => "a check failed",
        DeploymentInput.Analysed when decided.Any(e => e is DeploymentEvent.MeasuringLost) => "the checks went blind",
        DeploymentInput.Analysed => "the checks spoke",
        DeploymentInput.Condemned x => $"{x.By} flagged it",
        DeploymentInput.Superseded x => $"{x.Successor} takes its place",
        DeploymentInput.Hold { Why: null } => "the window opened",
        DeploymentInput.Hold => "a window closed",
        DeploymentInput.Promote { Fully: true } x => $"{x.By} promoted it fully",
        DeploymentInput.Promote x => $"{x.By} said to go on",
        DeploymentInput.Approve x => $"{x.By} approved it",
        DeploymentInput.Reject x => $"{x.By} rejected it",
        DeploymentInput.Pause x => $"{x.By} paused it",
        DeploymentInput.Resume x => $"{x.By} said to go on",
        DeploymentInput.Abort x => $"{x.By} aborted it",
        DeploymentInput.Signalled x => $"{x.Signal.By} signalled {x.Signal.Name}",
        DeploymentInput.Scale x => $"{x.By} scaled it",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Effect(string key) => key.Split('/')[0] switch
    {
        "start" => "starting the candidate",
        "stable" => "scaling the stable version",
        "baseline" => "starting a fresh baseline",
        "split" => "changing the traffic",
        "hook" => "running a hook",
        _ => "undoing a hook",
    };
}
