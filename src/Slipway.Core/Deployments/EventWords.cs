using System.Collections.Immutable;
using Slipway.Core.Environments;
using Slipway.Core.Governance;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;

namespace Slipway.Core.Deployments;

/// <summary>Events as sentences: the same words in the feed, the logs, the page and the simulation.</summary>
public static class EventWords
{
    public static string Of(GovernanceEvent e) => e switch
    {
        GovernanceEvent.WindowSet x => $"{x.By} set the freeze window {x.Window.Name} for {x.Window.Scope}",
        GovernanceEvent.WindowRemoved x => $"{x.By} removed the freeze window {x.Name}",
        GovernanceEvent.LineStopped x => $"{x.By} STOPPED THE LINE for {x.Scope}: {x.Why}",
        GovernanceEvent.LineReleased x => $"{x.By} released the line for {x.Scope}{(x.Why is { Length: > 0 } why ? $": {why}" : "")}",
        _ => e.GetType().Name,
    };

    public static string Of(ProjectEvent e) => e switch
    {
        ProjectEvent.Applied x => $"{x.By} applied the configuration of {x.Project.Id}",
        ProjectEvent.CandidateCreated x => $"{x.Candidate.CreatedBy} created {x.Candidate.Id}",
        ProjectEvent.CandidateFlagged x => $"{x.Candidate} is BAD, says {x.By}: {x.Why}",
        ProjectEvent.CandidateUnflagged x => $"{x.By} took the bad flag off {x.Candidate}: {x.Why}",
        ProjectEvent.CandidatesForgotten x => $"{Forgotten(x.Candidates)} forgotten: too old, and nothing reaches {(x.Candidates.Length == 1 ? "it" : "them")} any more",
        _ => e.GetType().Name,
    };

    public static string Of(EnvironmentEvent e) => e switch
    {
        EnvironmentEvent.DeploymentCreated { Spec.Kind: DeploymentKind.Rollback } x => $"{x.Spec.RequestedBy} rolls {x.Spec.Environment.Name} back to {x.Spec.Candidate.Candidate}",
        EnvironmentEvent.DeploymentCreated x => $"{x.Spec.RequestedBy} deploys {x.Spec.Candidate.Candidate} to {x.Spec.Environment.Name}",
        EnvironmentEvent.DeploymentEnded { Cause: null } x => $"{x.Id} succeeded",
        EnvironmentEvent.DeploymentEnded x => $"{x.Id} ended: {x.Cause}",
        EnvironmentEvent.DeploymentQueued x => $"{x.Item.Request.By} asked for {x.Item.Request.Candidate}; it waits for its turn",
        EnvironmentEvent.QueueLeft x => $"what waited will not begin: {x.Why}",
        EnvironmentEvent.PromotionsHeld x => $"promotions are held by {x.By}: {x.Why}",
        EnvironmentEvent.PromotionsReleased x => $"{x.By} released the promotions",
        EnvironmentEvent.FleetAsked { Candidate: { } asked } x => $"{x.By} wants {asked} in the whole fleet, ring by ring",
        EnvironmentEvent.FleetAsked x => $"{x.By} wants nothing further to begin in the fleet",
        EnvironmentEvent.DriftAccepted x => $"{x.By} accepted that {x.Serving.Candidate} serves",
        EnvironmentEvent.CandidatesForgotten x => $"{Forgotten(x.Candidates)} forgotten here too",
        _ => e.GetType().Name,
    };

    private static string Forgotten(ImmutableArray<CandidateId> candidates) =>
        candidates is [var one] ? $"{one} was" : $"{candidates.Length} candidates were";

    public static string Of(DeploymentEvent e) => e switch
    {
        DeploymentEvent.Started x => $"{x.Spec.Candidate.Candidate} starts its way into {x.Spec.Environment.Name}",
        DeploymentEvent.StepEntered x => $"step {x.Index + 1} begins",
        DeploymentEvent.CandidateReady { Instances: 1 } => "the candidate is ready",
        DeploymentEvent.CandidateReady x => $"{x.Instances} instances of the candidate are ready",
        DeploymentEvent.StableReady x => $"{x.Instances} instances of the stable version are ready",
        DeploymentEvent.BaselineReady x => $"{x.Instances} fresh instances of the stable version are ready to be compared with",
        DeploymentEvent.Scaled x => $"{x.By} scaled it to {x.Instances} instances",
        DeploymentEvent.CandidateExited x => $"the candidate exited: {x.Detail}",
        DeploymentEvent.SplitConfirmed x => Of(x.Split),
        DeploymentEvent.SplitLost x => $"the router serves something else than it confirmed: {x.Observed.Weight} on {x.Observed.Candidate?.Value ?? "no candidate"}",
        DeploymentEvent.MeasuringLost x => $"the checks cannot measure: {x.Why}",
        DeploymentEvent.MeasuringBack => "the checks can measure again",
        DeploymentEvent.SignalReceived x => $"{x.Signal.By} says {(x.Signal.Passed ? "yes" : "no")} to {x.Signal.Name}{(x.Signal.Why is { Length: > 0 } why ? $": {why}" : "")}",
        DeploymentEvent.HookSucceeded => "a hook succeeded",
        DeploymentEvent.HookFailed x => $"a hook failed: {x.Why}",
        DeploymentEvent.PromotedFully x => $"{x.By} said to skip the rest of the steps",
        DeploymentEvent.Held x => $"held: {x.Why}",
        DeploymentEvent.Released => "no longer held",
        DeploymentEvent.Overdue x => $"a person should look: {x.What}",
        DeploymentEvent.EvidenceSeen => "the candidate answers",
        DeploymentEvent.ShownSafe x => $"the checks say that {x.Exposure} of all users is safe: {x.Evidence}",
        DeploymentEvent.CheckFailed x => $"check {x.Evidence.Check} failed: {x.Evidence.Summary}",
        DeploymentEvent.Approved x => $"{x.By} approved",
        DeploymentEvent.Promoted x => $"{x.By} said to go on",
        DeploymentEvent.Paused x => $"paused: {x.Why}",
        DeploymentEvent.Resumed x => $"{x.By} resumed",
        DeploymentEvent.StepsCompleted => "all steps are done",
        DeploymentEvent.RollbackStarted x => $"rolling back ({x.Cause}): {x.Why}",
        DeploymentEvent.Succeeded => "succeeded",
        DeploymentEvent.RolledBack => "rolled back: nobody is on the candidate",
        _ => e.GetType().Name,
    };

    private static string Of(TrafficSplit split) => split switch
    {
        { Candidate: null, Stable: null } => "the gateways confirmed: nothing serves here",
        { Candidate: null } => $"the gateways confirmed: everyone on {split.Stable}",
        { Audience: not null } => $"the gateways confirmed: the audience and {split.Weight} on {split.Candidate}",
        _ => $"the gateways confirmed: {split.Weight} on {split.Candidate}",
    };
}
