namespace Slipway.Core.Analysis;

/// <summary>
/// Evidence that the candidate's error rate is below <c>ratio · baseline's rate + difference</c>: safe within that margin when
/// <see cref="LogEvidence"/> reaches <c>ln(1/β)</c>. Allocates nothing after its construction.
/// </summary>
internal sealed class SafeDetector
{
    /// <summary>A candidate as good as the baseline, and one a quarter better.</summary>
    public static readonly (double Factor, double Stake)[] Alternatives = [(1.0, 0.7), (0.75, 0.3)];

    private readonly double _ratio;
    private readonly double _difference;
    private readonly double[] _wealth = [.. Alternatives.Select(a => Math.Log(a.Stake))];
    private readonly BaselineRate _baseline;
    private Window _carry;

    /// <param name="ratio">ρ_s, above 0.</param>
    /// <param name="difference">δ_s, from 0 to below 1.</param>
    /// <param name="memory">The default when null.</param>
    public SafeDetector(double ratio, double difference, Memory? memory = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ratio);
        ArgumentOutOfRangeException.ThrowIfNegative(difference);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(difference, 1);
        (_ratio, _difference) = (ratio, difference);
        _baseline = new BaselineRate(memory ?? Memory.Default);
    }

    public double LogEvidence { get; private set; }

    /// <summary>The baseline's past, from before there was anything to compare.</summary>
    public void Learn(TimeSpan at, double requests, double errors) => _baseline.Learn(at, requests, errors);

    /// <summary>As <see cref="RateDetector.Update"/>.</summary>
    public void Update(TimeSpan at, in Window seen, double temper = 1)
    {
        _carry += seen.Checked();
        if (!_carry.HasBothSides)
        {
            return;
        }

        var expected = _baseline.Estimate;
        for (var k = 0; k < _wealth.Length; k++)
        {
            _wealth[k] += temper * Analysis.LogEvidence.OfSafe(_carry, Alternatives[k].Factor * expected, expected, _ratio, _difference);
        }

        LogEvidence = LogSum.Of(_wealth);
        _baseline.Learn(at, _carry.BaselineRequests, _carry.BaselineErrors);
        _carry = default;
    }
}
