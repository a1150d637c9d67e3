namespace Slipway.Core.Analysis;

/// <summary>
/// Spreads a detector's stake over several alternatives, and over the times at which a fault may begin: a part of it is staked
/// at the start, the rest bit by bit, so that a fault which begins late is not hidden behind hours of healthy evidence.
/// </summary>
/// <remarks>
/// A weighted average of e-processes that start at fixed times, so itself one. After the e-detectors of Shin, Ramdas and Rinaldo,
/// with a prior over start times in place of a sum.
/// </remarks>
internal sealed class RestartMixture
{
    private readonly double[] _static;
    private readonly double[] _restart;
    private readonly double _logEach;
    private readonly Stakes _stakes;
    private TimeSpan _last;
    private double _logStatic;
    private double _logEvidence;

    public RestartMixture(int alternatives, Stakes stakes)
    {
        _stakes = stakes;
        _logEach = -Math.Log(alternatives);
        _static = new double[alternatives];
        _restart = new double[alternatives];
        Array.Fill(_static, _logEach);
        Array.Fill(_restart, _logEach + Math.Log(stakes.AtStart));
    }

    /// <summary>Log evidence with all of the stake bet from the start.</summary>
    public double LogStatic => _logStatic;

    /// <summary>Log evidence with later starts as well: the one that decides.</summary>
    public double LogEvidence => _logEvidence;

    /// <summary>Takes one window's log e-value of each alternative.</summary>
    public void Bet(TimeSpan at, ReadOnlySpan<double> gains)
    {
        at = at > _last ? at : _last;
        var fresh = HeldBack(_last) - HeldBack(at);
        var logFresh = (fresh > 0 ? Math.Log(fresh) : double.NegativeInfinity) + _logEach;
        for (var i = 0; i < gains.Length; i++)
        {
            _static[i] += gains[i];
            _restart[i] = gains[i] + LogSum.Of(_restart[i], logFresh);
        }

        _last = at;
        _logStatic = LogSum.Of(_static);
        _logEvidence = LogSum.Of(LogSum.Of(_restart), Math.Log(HeldBack(at)));
    }

    public void Sync(Snapshot state)
    {
        state.Sync(_static);
        state.Sync(_restart);
        state.Sync(ref _last);
        state.Sync(ref _logStatic);
        state.Sync(ref _logEvidence);
    }

    private double HeldBack(TimeSpan at) => (1 - _stakes.AtStart) * (_stakes.HalfStaked / (at + _stakes.HalfStaked));
}
