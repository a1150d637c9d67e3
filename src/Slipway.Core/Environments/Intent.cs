using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Core.Environments;

/// <summary>Something that follows for one part of a project from what another part says.</summary>
public abstract record Intent
{
    private Intent()
    {
    }

    /// <summary>Tell the environment that its deployment ended; a null cause means that it succeeded.</summary>
    public sealed record Conclude(EnvironmentName Environment, DeploymentId Id, RollbackCause? Cause) : Intent;

    /// <summary>Remember that a candidate is bad.</summary>
    public sealed record FlagBad(CandidateId Candidate, string Why) : Intent;

    /// <summary>Tell a deployment under way what concerns it: that its candidate is bad, that it is superseded, held or scaled.</summary>
    public sealed record Tell(DeploymentId Id, DeploymentInput Input) : Intent;

    /// <summary>Return an environment to its last good candidate, and why: what serves is flagged bad, or the line of its fleet is stopped.</summary>
    public sealed record RollBack(EnvironmentName Environment, string Why) : Intent;

    /// <summary>Bring in a candidate whose turn has come.</summary>
    public sealed record Promote(EnvironmentName Environment, CandidateId Candidate) : Intent;

    /// <summary>Begin what waited.</summary>
    public sealed record Begin(EnvironmentName Environment, QueuedDeployment Item) : Intent;

    /// <summary>What waited can no longer begin.</summary>
    public sealed record LeaveQueue(EnvironmentName Environment, int Number, string Why) : Intent;
}
