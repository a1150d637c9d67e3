using Slipway.Core.Releases;

namespace Slipway.Core.Environments;

/// <summary>What a person may ask of an environment. Each is defined in every state: it does something, or has nothing to do, or is refused with what to do instead.</summary>
/// <param name="By">Who asks.</param>
/// <param name="Reason">Why, if they say.</param>
public abstract record EnvironmentCommand(string By, string? Reason)
{
    /// <summary>Bring a candidate in.</summary>
    public sealed record Deploy(DeployRequest Request) : EnvironmentCommand(Request.By, Request.Reason);

    /// <summary>Go on without waiting; with nothing under way, bring in the newest eligible candidate.</summary>
    /// <param name="Fully">Skip the rest of the steps too, but no approval.</param>
    public sealed record Promote(string By, string? Reason, bool Fully = false, bool OverrideFreeze = false) : EnvironmentCommand(By, Reason);

    public sealed record Approve(string By, string? Reason) : EnvironmentCommand(By, Reason);

    public sealed record Reject(string By, string? Reason) : EnvironmentCommand(By, Reason);

    public sealed record Pause(string By, string? Reason) : EnvironmentCommand(By, Reason);

    public sealed record Resume(string By, string? Reason) : EnvironmentCommand(By, Reason);

    /// <summary>Take the candidate that comes in back out; says nothing about it.</summary>
    public sealed record Abort(string By, string? Reason) : EnvironmentCommand(By, Reason);

    /// <summary>Do again what went back.</summary>
    public sealed record Retry(string By, string? Reason) : EnvironmentCommand(By, Reason);

    /// <summary>Return to a good candidate: the last one, or the one named.</summary>
    public sealed record Rollback(CandidateId? To, string By, string? Reason) : EnvironmentCommand(By, Reason);

    /// <summary>Take what waits out of the queue: one candidate, or all of them.</summary>
    public sealed record Cancel(CandidateId? Candidate, string By, string? Reason) : EnvironmentCommand(By, Reason);

    /// <summary>Something outside said yes or no.</summary>
    public sealed record Signal(string Name, bool Passed, string By, string? Reason) : EnvironmentCommand(By, Reason);

    /// <summary>Let nothing come in by itself any more.</summary>
    public sealed record HoldPromotions(string By, string? Reason) : EnvironmentCommand(By, Reason);

    /// <summary>Let candidates come in by themselves again.</summary>
    public sealed record ReleasePromotions(string By, string? Reason) : EnvironmentCommand(By, Reason);

    /// <summary>Let what was observed to serve, and nobody deployed, be what shall serve.</summary>
    public sealed record AcceptDrift(CandidateId Observed, string By, string? Reason) : EnvironmentCommand(By, Reason);
}
