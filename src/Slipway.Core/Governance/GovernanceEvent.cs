using System.Text.Json.Serialization;

namespace Slipway.Core.Governance;

/// <summary>What became true for the whole installation. Stored for ever.</summary>
[JsonDerivedType(typeof(WindowSet), "governance.window-set")]
[JsonDerivedType(typeof(WindowRemoved), "governance.window-removed")]
[JsonDerivedType(typeof(LineStopped), "governance.line-stopped")]
[JsonDerivedType(typeof(LineReleased), "governance.line-released")]
public abstract record GovernanceEvent(DateTimeOffset At)
{
    /// <summary>A window of this name is as it says, whatever it was before.</summary>
    public sealed record WindowSet(FreezeWindow Window, string By, DateTimeOffset At) : GovernanceEvent(At);

    public sealed record WindowRemoved(FreezeName Name, string By, DateTimeOffset At) : GovernanceEvent(At);

    public sealed record LineStopped(FreezeScope Scope, string By, string Why, DateTimeOffset At) : GovernanceEvent(At);

    /// <summary>The stop of exactly this scope is over; others stay.</summary>
    public sealed record LineReleased(FreezeScope Scope, string By, string? Why, DateTimeOffset At) : GovernanceEvent(At);
}
