namespace Slipway.Core.Deployments;

/// <summary>A clock that runs only while something holds.</summary>
/// <param name="Before">What had been counted when it last stood still.</param>
/// <param name="Since">Since when it runs; null while it stands.</param>
public readonly record struct CountedTime(TimeSpan Before, DateTimeOffset? Since)
{
    public bool Runs => Since is not null;

    public TimeSpan At(DateTimeOffset now) => Since is { } since && now > since ? Before + (now - since) : Before;

    /// <summary>When it will have counted this much if it goes on; null while it stands.</summary>
    public DateTimeOffset? Reaches(TimeSpan time) => Since is { } since ? since + (time > Before ? time - Before : TimeSpan.Zero) : null;

    public CountedTime Turn(bool runs, DateTimeOffset now) => (runs, Runs) switch
    {
        (true, false) => this with { Since = now },
        (false, true) => new(At(now), null),
        _ => this,
    };
}
