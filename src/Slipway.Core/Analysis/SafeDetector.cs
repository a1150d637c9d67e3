namespace Slipway.Core.Analysis;

/// <summary>
/// Evidence that the candidate's rate is below <c>ratio · baseline's rate + difference</c>: safe within that margin when
/// <see cref="LogEvidence"/> reaches <c>ln(1/β)</c>. Allocates nothing after its construction.
/// </summary>
internal sealed class SafeDetector
{
    /// <summary>A candidate as good as the baseline, and one a quarter better.</summary>
    public static readonly (double Factor, double Stake)[] Alternatives = [(1.0, 0.7), (0.75, 0.3)];

    private readonly RateKind _kind;
    private readonly double _ratio;
    private readonly double _difference;
    private readonly double[] _wealth = [.. Alternatives.Select(a => Math.Log(a.Stake))];
    private readonly BaselineRate _baseline;
    private double _logEvidence;
    private Window _carry;
    private double _temper = 1;

    /// <param name="ratio">ρ_s, above 0; for counts above 1.</param>
    /// <param name="difference">δ_s, from 0 to below 1; not used for counts.</param>
    /// <param name="memory">The default when null.</param>
    /// <param name="kind">What is counted.</param>
    public SafeDetector(double ratio, double difference, Memory? memory = null, RateKind kind = RateKind.Bernoulli)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ratio);
        ArgumentOutOfRangeException.ThrowIfNegative(difference);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(difference, 1);
        (_kind, _ratio, _difference) = (kind, ratio, difference);
        _baseline = new BaselineRate(memory ?? Memory.Default);
    }

    public double LogEvidence => _logEvidence;

    /// <summary>The baseline's past, from before there was anything to compare.</summary>
    public void Learn(TimeSpan at, double requests, double errors) => _baseline.Learn(at, requests, errors);

    /// <summary>As <see cref="RateDetector.Recount"/>.</summary>
    public void Recount(BaselineRate past, in Window carry, double temper)
    {
        _baseline.Take(past);
        (_carry, _temper) = (carry, temper);
    }

    /// <summary>As <see cref="RateDetector.Update"/>.</summary>
    /// <param name="difference">In place of δ_s; fixed before the window's outcome.</param>
    public void Update(TimeSpan at, in Window seen, double temper = 1, double? difference = null)
    {
        _temper = _carry == default ? temper : _temper;
        _carry += seen.Checked();
        if (!_carry.HasBothSides)
        {
            return;
        }

        var expected = _baseline.Estimate;
        for (var k = 0; k < _wealth.Length; k++)
        {
            _wealth[k] += _temper * (_kind == RateKind.Bernoulli
                ? Analysis.LogEvidence.OfSafe(_carry, Alternatives[k].Factor * expected, expected, _ratio, difference ?? _difference)
                : Analysis.LogEvidence.OfFewer(_carry, Alternatives[k].Factor, _ratio));
        }

        _logEvidence = LogSum.Of(_wealth);
        _baseline.Learn(at, _carry.BaselineRequests, _carry.BaselineErrors);
        _carry = default;
    }

    public void Sync(Snapshot state)
    {
        state.Sync(_wealth);
        _baseline.Sync(state);
        state.Sync(ref _logEvidence);
        state.Sync(ref _carry);
        state.Sync(ref _temper);
    }
}
