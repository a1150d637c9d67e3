namespace Slipway.Core.Projects;

/// <summary>What happens to a deployment that is asked for while another one is under way.</summary>
public enum WhenBusy
{
    /// <summary>It waits for the other one to end; a newer wish takes the place of an older one that waits.</summary>
    Queue,

    /// <summary>The other one is taken back, and then it begins.</summary>
    Supersede,

    /// <summary>It is refused.</summary>
    Refuse,
}

/// <summary>How many instances of the stable version there are while a candidate comes in.</summary>
public enum Scaling
{
    /// <summary>All of them, until the candidate has succeeded: the way back is one router write.</summary>
    Keep,

    /// <summary>As many as its share of the users needs: fewer machines, and on the way back traffic follows as they become ready again.</summary>
    Follow,
}

/// <summary>How an environment returns to what it ran before.</summary>
public sealed record RollbackPolicy
{
    public static RollbackPolicy Default { get; } = new();

    /// <summary>An older candidate that is deployed again skips the steps when at most this many others succeeded since; 0: never.</summary>
    public int WindowRevisions { get; init; }

    /// <summary>… or when it served here until less than this long ago; zero: never.</summary>
    public TimeSpan WindowTime { get; init; }

    /// <summary>How long the old version keeps running after a success, so that the way back is one router write.</summary>
    public TimeSpan KeepWarm { get; init; }
}
