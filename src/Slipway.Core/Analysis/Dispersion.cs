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
    private readonly Scale[] _scales;
    private long _ticks;
    private double? _phiSoFar;

    /// <param name="shards">Parts of the baseline that are compared; at least 1, about 8 to 20 of the candidate's size are good.</param>
    /// <param name="blocks">Block lengths in windows; 10, 60 and 300 when null.</param>
    /// <param name="prior">k0: how many degrees of freedom the belief in φ = 1 is worth at first.</param>
    /// <param name="deadBand">Below this, φ is taken for 1.</param>
    public Dispersion(int shards, IReadOnlyList<int>? blocks = null, double prior = Prior, double deadBand = 1.15)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shards, 1);
        (_shards, _prior, _deadBand) = (shards, prior, deadBand);
        _scales = [.. (blocks ?? [10, 60, 300]).Select(length => new Scale(length, shards))];
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
    /// Where noise grows from one length to the next, the first length that is not known yet is expected to have as much as noise that fades
    /// evenly with time would have there. Null while no length is known.
    /// </summary>
    public double? PhiSoFar => _phiSoFar;

    /// <summary>What the belief in φ = 1 allows while nothing was seen.</summary>
    public static double PhiAtFirst { get; } = 1 + Math.Sqrt(2 / Prior);

    /// <summary>Takes the requests and errors of each part, of one window or of several merged.</summary>
    public void Update(ReadOnlySpan<double> requests, ReadOnlySpan<double> errors, int windows = 1)
    {
        var (before, closed) = (_ticks, false);
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
                scale.Close();
                closed = true;
            }
        }

        _phiSoFar = closed ? SoFar() : _phiSoFar;
    }

    public void Sync(Snapshot state)
    {
        state.Sync(ref _ticks);
        foreach (var scale in _scales)
            scale.Sync(state);
        _phiSoFar = SoFar();
    }

    private double? SoFar()
    {
        double? phi = null;
        var known = 0;
        for (; known < _scales.Length && Doubt(_scales[known]) < _deadBand - 1; known++)
            phi = Math.Max(phi ?? 1, Value(_scales[known]) * (1 + Doubt(_scales[known])));
        if (known >= 2 && known < _scales.Length && Value(_scales[known - 1]) > 1 + (Sure * Doubt(_scales[known - 1])))
        {
            var (shorter, last) = (_scales[known - 2], _scales[known - 1]);
            var growth = (Value(last) - 1) / Math.Max(1e-9, Value(shorter) - 1);
            phi = Math.Max(phi!.Value, (1 + ((Value(last) - 1) * Fading.Growth(growth, shorter.Length, last.Length, _scales[known].Length))) * (1 + Doubt(last)));
        }

        return phi < _deadBand ? 1 : phi;
    }

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
        public void Close()
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
                // more alike than they are. Given how many requests each has, chance alone adds this times n / (n - 1) for n requests: never less.
                _freedom += parts - 1;
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
