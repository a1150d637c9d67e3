namespace Slipway.Core.Governance;

/// <summary>When deployments may begin, and when not. Stored in events for ever. Never blocks a rollback or an abort.</summary>
public sealed record FreezeWindow
{
    public required FreezeName Name { get; init; }

    public required FreezeKind Kind { get; init; }

    /// <summary>Which environments it is about.</summary>
    public FreezeScope Scope { get; init; } = FreezeScope.Everything;

    public required FreezeSchedule Schedule { get; init; }

    /// <summary>Why, in the words of whoever made it; null when they said nothing.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether rollouts that are under way wait too while it keeps the line closed, and not only new ones.</summary>
    public bool Holds { get; init; }

    /// <summary>A schedule that nobody can read any more must not open anything: a deny then lasts, an allow never comes.</summary>
    internal IEnumerable<Stretch> Stretches(DateTimeOffset after) => Schedule.Stretches(after) ?? (Kind is FreezeKind.Deny ? [Stretch.Always] : []);

    internal bool IsActive(DateTimeOffset now) => Stretches(now).Select(s => s.Start <= now).FirstOrDefault();

    /// <summary>Its name, with the reason in brackets.</summary>
    internal string Told => Reason is { Length: > 0 } ? $"'{Name}' ({Reason})" : $"'{Name}'";
}

public enum FreezeKind
{
    /// <summary>No deployment begins while it lasts.</summary>
    Deny,

    /// <summary>Where there is any allow, deployments begin only while one of them lasts.</summary>
    Allow,
}
