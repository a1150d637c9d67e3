namespace Slipway.Api;

/// <summary>A command that can be given to an environment, and what it would do now.</summary>
public sealed record ActionOption
{
    /// <summary>The last part of the address it is posted to: <c>rollback</c>.</summary>
    public required string Verb { get; init; }

    /// <summary>As people type it: <c>slipway rollback production --to 1.0.0</c>.</summary>
    public required string Typed { get; init; }

    /// <summary><c>something</c>, <c>nothing</c> (it is so already) or <c>refused</c>.</summary>
    public required string Does { get; init; }

    /// <summary>What would happen, or why nothing would, or why it is refused; a sentence for people.</summary>
    public required string Says { get; init; }

    /// <summary>What to do instead; set when it is refused.</summary>
    public string? Remedy { get; init; }

    /// <summary>The refusal's stable code; set when it is refused.</summary>
    public string? Code { get; init; }

    /// <summary>Whether it is refused without a reason.</summary>
    public required bool NeedsReason { get; init; }

    /// <summary>What belongs into the request besides who asks and why.</summary>
    public required ActionArguments Arguments { get; init; }
}

/// <summary>Members of the requests; each command has some of them, and the others are null.</summary>
/// <param name="Candidate">Of a deploy.</param>
/// <param name="To">Of a rollback.</param>
/// <param name="Name">Of a signal.</param>
/// <param name="Passed">Of a signal.</param>
/// <param name="Full">Of a promotion.</param>
/// <param name="Supersede">Of a deploy.</param>
/// <param name="OverrideFreeze">Of a deploy or a promotion.</param>
public sealed record ActionArguments(string? Candidate = null, string? To = null, string? Name = null, bool? Passed = null, bool? Full = null, bool? Supersede = null, bool? OverrideFreeze = null);
