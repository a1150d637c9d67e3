using Slipway.Core.Traffic;

namespace Slipway.Core.Analysis;

/// <summary>How much more shards of one kind, of users or of instances, differ than chance lets them, in errors and in slow requests. Allocates nothing after its construction.</summary>
/// <param name="isDoubted">Whether what was not seen yet may be noise: φ is above 1 while too little was seen. Otherwise it is 1 until noise shows.</param>
internal sealed class ShardNoise(bool isDoubted)
{
    /// <summary>Fewer requests say too little about where a tail begins.</summary>
    private const long Enough = 500;

    private static readonly int[] Blocks = [10, 60, 300, 900];
    private static readonly double[] Tails = [0.5, 0.1, 0.01];

    private readonly Dispersion _errors = new(ShardCounts.Count, Blocks);
    private readonly Dispersion _clients = new(ShardCounts.Count, Blocks);
    private readonly Dispersion[] _slow = [.. Tails.Select(_ => new Dispersion(ShardCounts.Count, Blocks))];
    private readonly long[] _speeds = new long[ShardCounts.Steps];
    private readonly int[] _from = new int[Tails.Length];
    private readonly double[] _requests = new double[ShardCounts.Count];
    private readonly double[] _seen = new double[ShardCounts.Count];
    private readonly double[] _counted = new double[ShardCounts.Count];
    private TimeSpan? _last;
    private long _learned;
    private bool _hasClients;
    private bool _isFrozen;

    /// <summary>Whether it is known from where on a request is slow.</summary>
    public bool KnowsSlow => _isFrozen;

    /// <summary>Whether anybody counts the clients of such shards.</summary>
    public bool HasClients => _hasClients;

    /// <summary>φ of clients that saw a failure, from 1.</summary>
    public double OfClients => Known(_clients);

    /// <summary>The same; 1 while too little was seen and no noise shows.</summary>
    public double OfClientsSoFar => _clients.PhiOrTrust;

    /// <summary>φ of errors, from 1.</summary>
    public double OfErrors => Known(_errors);

    /// <summary>The same; 1 while too little was seen and no noise shows.</summary>
    public double OfErrorsSoFar => _errors.PhiOrTrust;

    /// <summary>φ of latencies: the largest of those above the median, the slowest tenth and the slowest hundredth.</summary>
    public double OfLatency => Math.Max(Known(_slow[0]), Math.Max(Known(_slow[1]), Known(_slow[2])));

    /// <summary>What the baseline did until now, since the call before.</summary>
    public void Observe(TimeSpan at, ShardCounts? shards)
    {
        var seconds = _last is { } last ? (int)Math.Clamp(Math.Round((at - last).TotalSeconds), 1, 3600) : 1;
        _last = at;
        Count(shards is { IsWhole: true } ? shards : null);
        _errors.Update(_requests, _counted, seconds);
        _hasClients |= shards is { IsWhole: true, HasClients: true };
        if (_hasClients)
        {
            CountClients(shards);
            _clients.Update(_seen, _counted, seconds);
        }

        if (_isFrozen)
        {
            for (var k = 0; k < _slow.Length; k++)
            {
                CountSlow(shards is { IsWhole: true } ? shards : null, _from[k]);
                _slow[k].Update(_requests, _counted, seconds);
            }
        }
        else
        {
            Freeze();
        }
    }

    public void Sync(Snapshot state)
    {
        _errors.Sync(state);
        foreach (var slow in _slow)
        {
            slow.Sync(state);
        }

        state.Sync(_speeds);
        for (var k = 0; k < _from.Length; k++)
        {
            state.Sync(ref _from[k]);
        }

        state.Sync(ref _last);
        state.Sync(ref _learned);
        state.Sync(ref _hasClients);
        if (_hasClients)
        {
            _clients.Sync(state);
        }

        state.Sync(ref _isFrozen);
    }

    private double Known(Dispersion dispersion) => isDoubted ? dispersion.PhiOrDoubt : dispersion.PhiOrTrust;

    private void Count(ShardCounts? shards)
    {
        for (var s = 0; s < ShardCounts.Count; s++)
        {
            var all = 0L;
            for (var step = 0; shards is not null && step < ShardCounts.Steps; step++)
            {
                var count = Math.Max(0, shards.Speeds[(s * ShardCounts.Steps) + step]);
                all += count;
                _speeds[step] += _isFrozen ? 0 : count;
            }

            _learned += all;
            _requests[s] = all;
            _counted[s] = shards is null ? 0 : Math.Clamp(shards.Errors[s], 0, all);
        }
    }

    /// <summary>After <see cref="Count"/>: where nobody counted clients each request is taken for one.</summary>
    private void CountClients(ShardCounts? shards)
    {
        if (shards is not { IsWhole: true, HasClients: true })
        {
            _requests.CopyTo(_seen, 0);
            return;
        }

        for (var s = 0; s < ShardCounts.Count; s++)
        {
            var seen = Math.Max(0, shards.Clients[s]);
            (_seen[s], _counted[s]) = (seen, Math.Clamp(shards.FailedClients[s], 0, seen));
        }
    }

    private void CountSlow(ShardCounts? shards, int from)
    {
        for (var s = 0; s < ShardCounts.Count; s++)
        {
            var slow = 0L;
            for (var step = from; shards is not null && step < ShardCounts.Steps; step++)
            {
                slow += Math.Max(0, shards.Speeds[(s * ShardCounts.Steps) + step]);
            }

            _counted[s] = slow;
        }
    }

    /// <summary>The steps from which on the shares of slow requests are nearest to those wanted.</summary>
    private void Freeze()
    {
        if (_learned < Enough)
        {
            return;
        }

        for (var k = 0; k < Tails.Length; k++)
        {
            var (above, best) = (0L, double.MaxValue);
            for (var step = ShardCounts.Steps - 1; step > 0; step--)
            {
                above += _speeds[step];
                var distance = above == 0 ? double.MaxValue : Math.Abs(Math.Log(above / (Tails[k] * _learned)));
                (_from[k], best) = distance < best ? (step, distance) : (_from[k], best);
            }
        }

        _isFrozen = true;
    }
}
