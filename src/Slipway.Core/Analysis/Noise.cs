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

    private readonly ShardNoise _users = new(Dispersion.PhiAtFirst);
    private readonly ShardNoise _instances = new(1);

    /// <summary>φ of errors, from 1.</summary>
    public double OfErrors => Larger(_users.IsCounted ? _users.OfErrors : null, _instances.IsCounted ? _instances.OfErrors : null);

    /// <summary>φ of clients that saw a failure, from 1. Instances are only told apart by requests: what they show beyond the users' is of clients too.</summary>
    public double OfClients => _users.HasClients ? _users.OfClients * Math.Max(1, OfErrors / _users.OfErrors) : OfErrors;

    /// <summary>φ of latencies, from 1. Failed requests count as the slowest, so what is known of their noise counts here too.</summary>
    public double OfLatency => Math.Max(Slow, Math.Max(_users.OfErrorsSoFar, _instances.OfErrorsSoFar));

    /// <summary>The same where a client's failures of one second count as one.</summary>
    public double OfLatencyByClient => _users.HasClients ? Math.Max(Slow, _users.OfClientsSoFar * Math.Max(1, _instances.OfErrorsSoFar / _users.OfErrorsSoFar)) : OfLatency;

    private double Slow => Larger(_users.KnowsSlow ? _users.OfLatency : null, _instances.KnowsSlow ? _instances.OfLatency : null);

    /// <summary>What the baseline did until now, since the call before.</summary>
    public void Observe(TimeSpan at, SideCounts? baseline)
    {
        _users.Observe(at, baseline?.Shards);
        _instances.Observe(at, baseline?.Instances);
    }

    public void Sync(Snapshot state)
    {
        _users.Sync(state);
        _instances.Sync(state);
    }

    private static double Larger(double? users, double? instances) => users is null && instances is null ? Unknown : Math.Max(users ?? 1, instances ?? 1);
}
