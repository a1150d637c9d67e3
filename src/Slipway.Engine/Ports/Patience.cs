namespace Slipway.Engine.Ports;

/// <summary>
/// How long whoever owns a deployment waits for an adapter before it asks again. Shorter than it takes until another owner would be sought,
/// so that an adapter that hangs is never taken for an owner that does.
/// </summary>
public static class Patience
{
    /// <summary>For everything that has no reason to take longer.</summary>
    public static readonly TimeSpan Answer = TimeSpan.FromSeconds(30);

    /// <summary>For reading back what is served: whoever asks looks again soon.</summary>
    public static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    /// <summary>For the router to have every data plane confirm; it says itself who has not, a little earlier.</summary>
    public static readonly TimeSpan Confirmation = TimeSpan.FromSeconds(45);

    /// <summary>For a stop, which waits for what is under way there; longer than any grace that is sensible. Asking again goes on with it.</summary>
    public static readonly TimeSpan Stop = TimeSpan.FromMinutes(15);
}
