namespace Slipway.Core.Deployments;

/// <summary>What something outside (a test run, a ticket, a person) said of a rollout.</summary>
/// <param name="Name">Which of them; the name a signal step waits for.</param>
/// <param name="Passed">Whether it said yes.</param>
/// <param name="Why">In words, if it gave any.</param>
public sealed record Signal(string Name, bool Passed, string By, string? Why);

/// <summary>How a hook ended.</summary>
/// <param name="Failure">Why it did not succeed, after all its retries; null when it did.</param>
public sealed record HookOutcome(string? Failure);
