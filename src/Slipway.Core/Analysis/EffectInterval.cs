namespace Slipway.Core.Analysis;

/// <summary>
/// How many times the baseline's rate the candidate's is, as far as the evidence tells: a range that holds the truth at all times at once
/// with a probability of 95 %. Allocates nothing after its construction.
/// </summary>
/// <remarks>
/// A grid of ratios, each with a bet against "at most this" and one against "at least this" (the bet on counts, which holds for failed requests
/// too); those that no bet has refuted are the range.
/// </remarks>
internal sealed class EffectInterval
{
    private static readonly double[] Ratios = [.. Enumerable.Range(-6, 23).Select(k => Math.Pow(2, k / 2.0))];
    private static readonly double[] Sizes = [1.2, 1.6, 3, 8];

    // Half of the 5 % on either side.
    private static readonly double Limit = Math.Log(1 / 0.025);

    private readonly double[] _above = Fresh();
    private readonly double[] _below = Fresh();

    // The best ever: a ratio that was refuted once stays so.
    private int _lowest = -1;
    private int _highest = Ratios.Length;

    /// <summary>The largest ratio that the truth is shown to be above; null: none of the grid.</summary>
    public double? Lower => _lowest < 0 ? null : Ratios[_lowest];

    /// <summary>The smallest ratio that the truth is shown to be below; null: none of the grid.</summary>
    public double? Upper => _highest == Ratios.Length ? null : Ratios[_highest];

    public void Update(in Window seen, double temper)
    {
        if (!seen.HasBothSides)
        {
            return;
        }

        var exchanged = new Window(seen.BaselineRequests, seen.BaselineErrors, seen.CandidateRequests, seen.CandidateErrors);
        for (var k = 0; k < Ratios.Length; k++)
        {
            for (var j = 0; j < Sizes.Length; j++)
            {
                var i = (k * Sizes.Length) + j;
                _above[i] += temper * LogEvidence.OfCounts(seen, Sizes[j], Ratios[k]);
                _below[i] += temper * LogEvidence.OfCounts(exchanged, Sizes[j], 1 / Ratios[k]);
            }

            if (k > _lowest && LogSum.Of(_above.AsSpan(k * Sizes.Length, Sizes.Length)) >= Limit)
            {
                _lowest = k;
            }

            if (k < _highest && LogSum.Of(_below.AsSpan(k * Sizes.Length, Sizes.Length)) >= Limit)
            {
                _highest = k;
            }
        }
    }

    public void Sync(Snapshot state)
    {
        state.Sync(_above);
        state.Sync(_below);
        state.Sync(ref _lowest);
        state.Sync(ref _highest);
    }

    private static double[] Fresh() => [.. Enumerable.Repeat(-Math.Log(Sizes.Length), Ratios.Length * Sizes.Length)];
}
