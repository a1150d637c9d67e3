namespace Slipway.Core.Deployments;

public enum Phase
{
    /// <summary>Nothing has been decided yet.</summary>
    Pending,

    /// <summary>Going through its steps.</summary>
    Progressing,

    /// <summary>All steps done; the candidate becomes the stable side.</summary>
    Settling,

    /// <summary>All traffic goes back to the stable side.</summary>
    RollingBack,

    /// <summary>The candidate serves the whole environment.</summary>
    Succeeded,

    /// <summary>No traffic is on the candidate.</summary>
    RolledBack,
}
