namespace Slipway.Demo.Load;

/// <summary>What one simulated user saw of one request, and nothing else.</summary>
/// <param name="User">Number of the user, from 0.</param>
/// <param name="Status">HTTP status; null: no answer at all (refused, broken off, timed out).</param>
/// <param name="Version">Version that answered; null when the answer did not say.</param>
/// <param name="Environment">Environment that answered; null when the answer did not say.</param>
/// <param name="Disagreement">Whether the gateway's headers and the shop's name different versions or environments.</param>
public readonly record struct Answer(int User, bool IsEmployee, int? Status, string? Version, string? Environment, bool Disagreement, DateTimeOffset At, TimeSpan Took)
{
    /// <summary>A server error or no answer.</summary>
    public bool IsFailure => Status is null or >= 500;
}

/// <summary>What was counted of one version, or of one environment, or of everything.</summary>
/// <param name="Requests">Requests that were answered, or that failed and named the version.</param>
/// <param name="Failures">Of these: server errors and missing answers.</param>
/// <param name="Users">Distinct users who were answered.</param>
public readonly record struct LoadCounts(long Requests, long Failures, int Users);
