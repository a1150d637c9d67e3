namespace Slipway.Api;

/// <summary>Who asks, and why.</summary>
public sealed record ActionRequest(string By, string? Reason = null);

/// <param name="Candidate">What to deploy.</param>
/// <param name="Force">Skip the promotion graph; needs a reason. Never deploys what is flagged bad.</param>
public sealed record DeployActionRequest(string Candidate, string By, string? Reason = null, bool Force = false);

/// <param name="To">A good candidate; the last good one when null.</param>
public sealed record RollbackRequest(string By, string? Reason = null, string? To = null);

/// <summary>What a command did or began.</summary>
/// <param name="Message">A sentence for people.</param>
/// <param name="Deployment">The deployment it is about.</param>
public sealed record ActionResponse(string Message, DeploymentStatus? Deployment);

/// <summary>What applying a document changed, or would.</summary>
public sealed record ApplyResponse(string Project, bool Applied, IReadOnlyList<string> Changes);
