namespace Slipway.Core.Deployments;

/// <summary>How a deployment ended. <em>Fast</em> means without its steps.</summary>
public enum Outcome
{
    /// <summary>The candidate went through all its steps and serves everyone.</summary>
    Succeeded,

    /// <summary>A person skipped the rest of the steps; the candidate serves everyone.</summary>
    FastPromoted,

    /// <summary>The candidate was found bad and taken back; or an older version came back by steps.</summary>
    RolledBack,

    /// <summary>An older version came back at once.</summary>
    FastRolledBack,

    /// <summary>A person aborted or rejected it, or nobody approved it.</summary>
    Aborted,

    /// <summary>Another candidate took its place.</summary>
    Superseded,

    /// <summary>It could not be carried out.</summary>
    Failed,
}

/// <summary>How deployments ended, in one word.</summary>
public static class Outcomes
{
    /// <summary>The word for a deployment that ended; null while it is under way.</summary>
    public static Outcome? Of(Deployment d) => d switch
    {
        { Phase: Phase.Succeeded, Spec: { Kind: DeploymentKind.Rollback } or { IsReturn: true } } => SkipsCanary(d) || d.PromotedFully ? Outcome.FastRolledBack : Outcome.RolledBack,
        { Phase: Phase.Succeeded } => d.PromotedFully ? Outcome.FastPromoted : Outcome.Succeeded,
        { Phase: Phase.RolledBack } => d.Cause switch
        {
            RollbackCause.Bad => Outcome.RolledBack,
            RollbackCause.Aborted => Outcome.Aborted,
            RollbackCause.Superseded => Outcome.Superseded,
            _ => Outcome.Failed,
        },
        _ => null,
    };

    /// <summary>Nobody was ever between the two versions: the only share it had was everyone.</summary>
    private static bool SkipsCanary(Deployment d) => d.Spec.Steps.All(s => s.IsNeeded || s.Shape(Traffic.TrafficSplit.Only(null)).Weight == Traffic.Weight.Full);
}
