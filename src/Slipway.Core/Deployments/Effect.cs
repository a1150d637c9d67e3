using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;

namespace Slipway.Core.Deployments;

/// <summary>Something the outside world is asked for. The key makes it idempotent and a stale answer recognisable.</summary>
public abstract record Effect(string Key)
{
    /// <summary>Have so many instances of the candidate (start, adopt or stop some) and say when they are ready.</summary>
    public sealed record StartCandidate(string Key, Workload Workload, int Instances) : Effect(Key);

    /// <summary>Have so many instances of the stable version and say when they are ready.</summary>
    public sealed record ScaleStable(string Key, Workload Workload, int Instances) : Effect(Key);

    /// <summary>Have so many fresh instances of the stable version and say when they are ready.</summary>
    public sealed record StartBaseline(string Key, Workload Workload, int Instances) : Effect(Key);

    /// <summary>Make every gateway serve this split.</summary>
    public sealed record ApplySplit(string Key, TrafficSplit Split) : Effect(Key);

    /// <summary>Run something of the user's own.</summary>
    /// <param name="IdempotencyKey">The same each time it is asked for, in any life of the server.</param>
    public sealed record RunHook(string Key, HookSpec Hook, string IdempotencyKey) : Effect(Key);

    /// <summary>Compare candidate and baseline every second and tell what the checks say. Goes on until it is no longer wanted.</summary>
    public sealed record Watch(string Key) : Effect(Key);
}
