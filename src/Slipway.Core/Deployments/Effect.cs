using Slipway.Core.Releases;
using Slipway.Core.Traffic;

namespace Slipway.Core.Deployments;

/// <summary>Something the outside world is asked for. The key makes it idempotent and a stale answer recognisable.</summary>
public abstract record Effect(string Key)
{
    /// <summary>Start (or adopt) the candidate and say when it is ready.</summary>
    public sealed record StartCandidate(string Key, Workload Workload) : Effect(Key);

    /// <summary>Make every gateway serve this split.</summary>
    public sealed record ApplySplit(string Key, TrafficSplit Split) : Effect(Key);

    /// <summary>Compare candidate and baseline every second and tell what the checks say. Goes on until it is no longer wanted.</summary>
    public sealed record Watch(string Key) : Effect(Key);
}
