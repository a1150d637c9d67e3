namespace Slipway.Core.Analysis;

/// <summary>What a rollout does that waits until it is safe, while a check has not enough evidence.</summary>
public enum OnInconclusive
{
    /// <summary>It waits for evidence, and asks a person when none comes.</summary>
    Hold,

    /// <summary>It asks a person as soon as the step's own time is over.</summary>
    Pause,

    /// <summary>It does not wait for this check. A fail still counts.</summary>
    Continue,
}

/// <summary>What follows when a check cannot be measured.</summary>
/// <param name="Retry">So many errors in a row are passed over; the next one counts. At least 0.</param>
/// <param name="Then">What follows then.</param>
public sealed record OnError(int Retry, WhenBlind Then)
{
    /// <summary>Four in a row are passed over (as Argo Rollouts' <c>consecutiveErrorLimit</c>), then a person is asked.</summary>
    public static OnError Default { get; } = new(4, WhenBlind.Pause);
}

/// <summary>What a deployment does that cannot be watched any more.</summary>
public enum WhenBlind
{
    /// <summary>It stops where it is and asks a person.</summary>
    Pause,

    /// <summary>It goes back. Nothing is said about the candidate elsewhere.</summary>
    Rollback,
}

/// <summary>A check that could not be measured more often in a row than it may.</summary>
/// <param name="Check">Its name.</param>
/// <param name="Why">A sentence for people.</param>
/// <param name="Then">What its policy says.</param>
public sealed record Blindness(string Check, string Why, WhenBlind Then);
