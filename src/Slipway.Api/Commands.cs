namespace Slipway.Api;

/// <summary>What every command says: who asks, and why.</summary>
public interface IActionRequest
{
    string By { get; }

    string? Reason { get; }
}

/// <summary>Who asks, and why.</summary>
public sealed record ActionRequest(string By, string? Reason = null) : IActionRequest;

/// <param name="Candidate">What to deploy.</param>
/// <param name="Force">Skip the promotion graph; needs a reason. Never deploys what is flagged bad.</param>
/// <param name="OverrideFreeze">Begin although a window is closed; needs a reason.</param>
/// <param name="Supersede">Take back what is under way and begin, whatever the environment's policy says.</param>
public sealed record DeployActionRequest(string Candidate, string By, string? Reason = null, bool Force = false, bool OverrideFreeze = false, bool Supersede = false) : IActionRequest;

/// <param name="Full">Skip the rest of the steps, but no approval.</param>
/// <param name="OverrideFreeze">Begin although a window is closed; needs a reason.</param>
public sealed record PromoteRequest(string By, string? Reason = null, bool Full = false, bool OverrideFreeze = false) : IActionRequest;

/// <param name="To">A good candidate; the last good one when null.</param>
public sealed record RollbackRequest(string By, string? Reason = null, string? To = null) : IActionRequest;

/// <param name="Name">Which signal: the name a signal step waits for.</param>
/// <param name="Passed">Yes or no.</param>
public sealed record SignalRequest(string Name, bool Passed, string By, string? Reason = null) : IActionRequest;

/// <param name="Candidate">What shall not begin; everything that waits when null.</param>
public sealed record CancelRequest(string By, string? Reason = null, string? Candidate = null) : IActionRequest;

/// <summary>What a command did or began; of a dry run, what it would.</summary>
/// <param name="Message">What happens, in a sentence for people.</param>
/// <param name="Deployment">The deployment it is about; null when it is about none, or about one that would only begin.</param>
public sealed record ActionResponse(string Message, DeploymentStatus? Deployment)
{
    /// <summary>False when it was so already.</summary>
    public bool DoesSomething { get; init; } = true;

    public bool DryRun { get; init; }

    /// <summary>What was asked for and does not begin at once.</summary>
    public QueuedStatus? Queued { get; init; }
}

/// <summary>What flagging or unflagging a candidate brought; of a dry run, what it would.</summary>
/// <param name="Message">What happens, in a sentence for people.</param>
/// <param name="DoesSomething">False when it was so already.</param>
/// <param name="Release">The candidate as it is now.</param>
public sealed record FlagResponse(string Message, bool DoesSomething, bool DryRun, ReleaseResponse Release);

/// <summary>What applying a document changed, or would.</summary>
public sealed record ApplyResponse(string Project, bool Applied, IReadOnlyList<string> Changes);
