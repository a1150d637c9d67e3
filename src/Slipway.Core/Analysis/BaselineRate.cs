namespace Slipway.Core.Analysis;

/// <summary>
/// What the baseline's error rate was so far. Only places the bets: a poor estimate costs power, never validity, as long as it
/// knows nothing of the window that is bet on.
/// </summary>
internal sealed class BaselineRate(Memory memory)
{
    private double _errors;
    private double _requests;
    private TimeSpan _last;

    /// <summary>Between 1e-7 and 0.5. Begins at 1 %, as one half error in fifty requests.</summary>
    public double Estimate => Math.Clamp((_errors + 0.5) / (_requests + 50), 1e-7, 0.5);

    public void Learn(TimeSpan at, double requests, double errors)
    {
        _errors += errors;
        _requests += requests;
        if (_requests > memory.Cap && at > _last)
        {
            var kept = Math.Pow(0.5, (at - _last) / memory.HalfLife);
            _errors *= kept;
            _requests *= kept;
        }

        _last = at > _last ? at : _last;
    }

    /// <summary>Goes on from what another one has learned.</summary>
    public void Take(BaselineRate other) => (_errors, _requests, _last) = (other._errors, other._requests, other._last);

    public void Sync(Snapshot state)
    {
        state.Sync(ref _errors);
        state.Sync(ref _requests);
        state.Sync(ref _last);
    }
}
