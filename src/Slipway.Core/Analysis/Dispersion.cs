namespace Slipway.Core.Analysis;

/// <summary>
/// How much more the error counts of alike parts of the baseline differ than chance alone lets them: φ, 1 when they do not. Retries, incidents
/// and shared clients make requests fail together; evidence that took them for independent would be worth less than it says, so it is divided by φ.
/// Allocates nothing after its construction.
/// </summary>
/// <remarks>Pearson's statistic over blocks of several lengths, pulled towards 1 while there are few, with its own standard error on top.</remarks>
internal sealed class Dispersion
{
    private const double Prior = 10;

    /// <summary>So many standard errors above 1 are noise.</summary>
    private const double Sure = 3;

    private readonly int _shards;
    private readonly double _prior;
    private readonly double _deadBand;
    private readonly bool _isExact;
    private readonly Scale[] _scales;
    private long _ticks;
    private double? _known;
    private double _doubted;
    private double _trusted;

    /// <param name="shards">Parts of the baseline that are compared; at least 1, about 8 to 20 of the candidate's size are good.</param>
    /// <param name="blocks">Block lengths in windows; 10, 60 and 300 when null.</param>
    /// <param name="prior">k0: how many degrees of freedom the belief in φ = 1 is worth at first.</param>
    /// <param name="deadBand">Below this, φ is taken for 1.</param>
    /// <param name="isExact">
    /// Whether a block is compared with what chance adds given how many requests each of its K parts has and how many failed, (K - 1) n / (n - 1) for
    /// n requests (the variance of the hypergeometric distribution); else with its limit for many requests, K - 1, which takes rare traffic for noisy.
    /// </param>
    public Dispersion(int shards, IReadOnlyList<int>? blocks = null, double prior = Prior, double deadBand = 1.15, bool isExact = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shards, 1);
        (_shards, _prior, _deadBand, _isExact) = (shards, prior, deadBand, isExact);
        _scales = [.. (blocks ?? [10, 60, 300]).Select(length => new Scale(length, shards))];
        Estimate();
    }

    /// <summary>The largest φ of any block length; at least 1. Knows whole blocks only, so it may temper the window that follows.</summary>
    public double Phi
    {
        get
        {
            var phi = 1.0;
            foreach (var scale in _scales)
                phi = Math.Max(phi, (scale.Pearson + _prior) / (scale.Freedom + _prior) * (1 + Math.Sqrt(2 / (scale.Freedom + _prior))));
            return phi < _deadBand ? 1 : phi;
        }
    }

    /// <summary>
    /// The same, of those block lengths that are known well enough to be told from 1: the uncertainty of fewer blocks would be taken for noise.
    /// Where noise grows from one length to the next, the first longer one that is not known yet is expected to have as much as noise that fades
    /// evenly with time would have there. While no length is known, φ of the one of which most was seen, with its standard error on top: the less was
    /// seen, the more may yet be noise. <c>1 + √(2 / prior)</c> while nothing was seen.
    /// </summary>
    public double PhiOrDoubt => _known ?? _doubted;

    /// <summary>The same; while no length is known, 1 unless what was seen is beyond what chance does.</summary>
    public double PhiOrTrust => _known ?? _trusted;

    /// <summary>Takes the requests and errors of each part, of one window or of several merged.</summary>
    public void Update(ReadOnlySpan<double> requests, ReadOnlySpan<double> errors, int windows = 1)
    {
        var (before, hasClosed) = (_ticks, false);
        _ticks += windows;
        foreach (var scale in _scales)
        {
            for (var s = 0; s < _shards; s++)
            {
                scale.Requests[s] += requests[s];
                scale.Errors[s] += errors[s];
            }

            if (_ticks / scale.Length > before / scale.Length)
            {
                scale.Close(_isExact);
                hasClosed = true;
            }
        }

        if (hasClosed)
            Estimate();
    }

    public void Sync(Snapshot state)
    {
        state.Sync(ref _ticks);
        foreach (var scale in _scales)
            scale.Sync(state);
        Estimate();
    }

    private void Estimate()
    {
        _known = Known();
        var best = _scales[0];
        foreach (var scale in _scales)
            best = scale.Freedom >= best.Freedom ? scale : best;
        _doubted = Math.Max(1, Value(best)) * (1 + Doubt(best));
        _trusted = IsNoise(best) ? _doubted : 1;
    }

    private double? Known()
    {
        double? phi = null;
        Scale? before = null, last = null;
        var next = 0;
        for (var k = 0; k < _scales.Length; k++)
        {
            if (Doubt(_scales[k]) >= _deadBand - 1)
                continue;
            (before, last, next) = (last, _scales[k], k + 1);
            phi = Math.Max(phi ?? 1, Value(last) * (1 + Doubt(last)));
        }

        if (before is not null && next < _scales.Length && IsNoise(last!))
        {
            var growth = (Value(last!) - 1) / Math.Max(1e-9, Value(before) - 1);
            phi = Math.Max(phi!.Value, (1 + ((Value(last!) - 1) * Fading.Growth(growth, before.Length, last!.Length, _scales[next].Length))) * (1 + Doubt(last)));
        }

        return phi < _deadBand ? 1 : phi;
    }

    private bool IsNoise(Scale scale) => Value(scale) > 1 + (Sure * Doubt(scale));

    private double Value(Scale scale) => (scale.Pearson + _prior) / (scale.Freedom + _prior);

    /// <summary>The standard error of <see cref="Value"/> while there is no noise.</summary>
    private double Doubt(Scale scale) => Math.Sqrt(2 / (scale.Freedom + _prior));

    private sealed class Scale(int length, int shards)
    {
        private double _pearson;
        private double _freedom;

        public int Length => length;

        public double[] Requests { get; } = new double[shards];

        public double[] Errors { get; } = new double[shards];

        public double Pearson => _pearson;

        public double Freedom => _freedom;

        /// <summary>Adds the block that has ended; one without any error, or with a single part, tells nothing.</summary>
        public void Close(bool isExact)
        {
            var (requests, errors, parts) = (0.0, 0.0, 0);
            for (var s = 0; s < Requests.Length; s++)
                (requests, errors, parts) = (requests + Requests[s], errors + Errors[s], parts + (Requests[s] > 0 ? 1 : 0));

            if (errors > 0 && errors < requests && parts > 1)
            {
                var rate = errors / requests;
                for (var s = 0; s < Requests.Length; s++)
                {
                    var expected = Requests[s] * rate;
                    if (expected > 0)
                        _pearson += (Errors[s] - expected) * (Errors[s] - expected) / (expected * (1 - rate));
                }

                // A part without a request in this block (nobody of it asked, or its instance has gone) compares with nothing: it would make the others look
                // more alike than they are.
                _freedom += isExact ? (parts - 1) * requests / (requests - 1) : parts - 1;
            }

            Array.Clear(Requests);
            Array.Clear(Errors);
        }

        public void Sync(Snapshot state)
        {
            state.Sync(Requests);
            state.Sync(Errors);
            state.Sync(ref _pearson);
            state.Sync(ref _freedom);
        }
    }
}
