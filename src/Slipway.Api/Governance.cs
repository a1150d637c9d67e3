namespace Slipway.Api;

/// <summary>Freeze windows of the installation, its stops of the line, and what they mean for every environment now.</summary>
public sealed record GovernanceResponse(IReadOnlyList<FreezeStatus> Freezes, IReadOnlyList<LineStopStatus> Stops, IReadOnlyList<EnvironmentWindow> Environments);

/// <param name="Kind"><c>deny</c> or <c>allow</c>.</param>
/// <param name="Scope">What it is about, in words.</param>
/// <param name="Holds">Whether rollouts under way wait too.</param>
/// <param name="Of">The project whose document it stands in; null: the installation's.</param>
public sealed record FreezeStatus(string Name, string Kind, string Scope, string? Reason, bool Holds, string? Of);

/// <param name="Scope">What it is about, in words.</param>
public sealed record LineStopStatus(string Scope, string By, string Why, DateTimeOffset At);

/// <summary>Whether deployments may begin in an environment now.</summary>
/// <param name="NextOpen">When they may again; null when nobody knows.</param>
/// <param name="NextClose">When they may no longer; null when nothing is planned.</param>
public sealed record EnvironmentWindow(string Project, string Environment, bool IsOpen, string Why, DateTimeOffset? NextOpen, DateTimeOffset? NextClose);

/// <param name="Project">Only this project; null: all.</param>
/// <param name="Tier">Only this tier; null: any.</param>
/// <param name="Environment">Only environments of this name; null: any.</param>
public sealed record LineRequest(string By, string? Reason = null, string? Project = null, string? Tier = null, string? Environment = null);

/// <summary>What setting the windows changed, or would.</summary>
public sealed record FreezesResponse(bool Applied, IReadOnlyList<string> Changes);
