namespace Slipway.Api;

/// <summary>A deployment that was asked for and has not begun.</summary>
/// <param name="Kind"><c>forward</c> or <c>rollback</c>.</param>
/// <param name="By">Who asked for it.</param>
/// <param name="Why">Why it waits, in words.</param>
public sealed record QueuedStatus(string Candidate, string Kind, string By, string? Reason, DateTimeOffset Since, string Why);

/// <summary>Nothing comes in by itself until a person releases it.</summary>
public sealed record HoldStatus(string By, string Why, DateTimeOffset Since);

/// <summary>Whether deployments may begin in an environment.</summary>
/// <param name="Why">Why (not), in words.</param>
/// <param name="NextOpen">When they may again; null when nobody knows, or when they may now.</param>
/// <param name="NextClose">When they may no longer; null when nothing is planned.</param>
/// <param name="Holds">Whether rollouts under way take no further step either.</param>
public sealed record WindowStatus(bool IsOpen, string Why, DateTimeOffset? NextOpen = null, DateTimeOffset? NextClose = null, bool Holds = false);

/// <summary>How many instances of each version are ready, and how many should be.</summary>
/// <param name="StableReady">Null: never changed by this deployment.</param>
public sealed record InstancesStatus(int CandidateReady, int CandidateWanted, int? StableReady, int StableWanted);

/// <summary>The newest word of something outside.</summary>
public sealed record SignalStatus(string Name, bool Passed, string By, string? Why);

/// <summary>Something of the user's own that a deployment runs.</summary>
/// <param name="State"><c>waiting</c>, <c>running</c>, <c>succeeded</c>, <c>failed</c>, <c>skipped</c>, or on the way back <c>ended</c>.</param>
/// <param name="Undoes">Whether it runs on the way back.</param>
public sealed record HookStatus(string Name, string State, bool Undoes, string? Why);
