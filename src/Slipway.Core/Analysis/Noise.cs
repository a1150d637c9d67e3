using Slipway.Core.Traffic;

namespace Slipway.Core.Analysis;

/// <summary>
/// What evidence is worth: φ, how much more alike parts of the baseline differ than chance lets them. Its users always, and its instances where
/// there are enough of them: what clings to a user shows among users, what clings to a machine among instances, and the larger counts. A window
/// is tempered by what was known before it. Allocates nothing after its construction.
/// </summary>
internal sealed class Noise
{
    /// <summary>φ where nobody counts shards.</summary>
    public const double Unknown = 2;

    // Made when somebody first counts such shards: most of what an analysis remembers is in them.
    private ShardNoise? _users;
    private ShardNoise? _instances;

    /// <summary>φ of errors, from 1.</summary>
    public double OfErrors => Larger(_users?.OfErrors, _instances?.OfErrors);

    /// <summary>φ of clients that saw a failure, from 1. Instances are only told apart by requests: what they show beyond the users' is of clients too.</summary>
    public double OfClients => _users is { HasClients: true } users ? users.OfClients * Math.Max(1, OfErrors / users.OfErrors) : OfErrors;

    /// <summary>φ of latencies, from 1. Failed requests count as the slowest, so what is known of their noise counts here too.</summary>
    public double OfLatency => Math.Max(Slow, Math.Max(_users?.OfErrorsSoFar ?? 1, _instances?.OfErrorsSoFar ?? 1));

    /// <summary>The same where a client's failures of one second count as one.</summary>
    public double OfLatencyByClient => _users is { HasClients: true } users
        ? Math.Max(Slow, users.OfClientsSoFar * Math.Max(1, (_instances?.OfErrorsSoFar ?? 1) / users.OfErrorsSoFar))
        : OfLatency;

    private double Slow => Larger(_users is { KnowsSlow: true } users ? users.OfLatency : null, _instances is { KnowsSlow: true } instances ? instances.OfLatency : null);

    /// <summary>What the baseline did until now, since the call before.</summary>
    public void Observe(TimeSpan at, SideCounts? baseline)
    {
        _users ??= Begin(baseline?.Shards, isDoubted: true);
        _instances ??= Begin(baseline?.Instances, isDoubted: false);
        _users?.Observe(at, baseline?.Shards);
        _instances?.Observe(at, baseline?.Instances);
    }

    public void Sync(Snapshot state)
    {
        Sync(state, ref _users, isDoubted: true);
        Sync(state, ref _instances, isDoubted: false);
    }

    private static void Sync(Snapshot state, ref ShardNoise? noise, bool isDoubted)
    {
        var has = noise is not null;
        state.Sync(ref has);
        noise ??= has ? new(isDoubted) : null;
        noise?.Sync(state);
    }

    private static ShardNoise? Begin(ShardCounts? shards, bool isDoubted) => shards is { IsWhole: true } ? new(isDoubted) : null;

    private static double Larger(double? users, double? instances) => users is null && instances is null ? Unknown : Math.Max(users ?? 1, instances ?? 1);
}
