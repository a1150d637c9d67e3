namespace Slipway.Core.Deployments;

/// <summary>Why a deployment goes back.</summary>
public enum RollbackCause
{
    /// <summary>A check failed, or the candidate was flagged: it is bad everywhere.</summary>
    Bad,

    /// <summary>A person aborted or rejected it, or nobody approved it; nothing is said about the candidate.</summary>
    Aborted,

    /// <summary>It could not be carried out (did not start, router did not answer, hook failed); nothing is said about the candidate elsewhere.</summary>
    Failed,

    /// <summary>Another candidate took its place.</summary>
    Superseded,
}
