namespace Slipway.Core.Analysis;

/// <summary>What a <see cref="RateDetector"/> counts.</summary>
internal enum RateKind
{
    /// <summary>Requests that failed, of requests.</summary>
    Bernoulli,

    /// <summary>Any count, or sum of values from 0 to 1, of any exposure.</summary>
    Count,
}

/// <summary>
/// Evidence that the candidate's rate is above <c>tolerance · baseline's rate + absolute tolerance</c>. Roll back when
/// <see cref="LogEvidence"/> reaches <c>ln(1/α)</c>. Allocates nothing after its construction.
/// </summary>
internal sealed class RateDetector
{
    private readonly RateKind _kind;
    private readonly double _tolerance;
    private readonly double _absolute;
    private readonly double[] _gains = new double[Effects.Length];
    private readonly RestartMixture _mixture;
    private readonly BaselineRate _baseline;
    private Window _carry;
    private double _temper = 1;

    /// <param name="kind">What is counted.</param>
    /// <param name="tolerance">ρ0, above 0.</param>
    /// <param name="absolute">δ0, from 0 to below 1; not used for counts.</param>
    /// <param name="stakes">The default when null.</param>
    /// <param name="memory">The default when null.</param>
    public RateDetector(RateKind kind, double tolerance, double absolute, Stakes? stakes = null, Memory? memory = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tolerance);
        ArgumentOutOfRangeException.ThrowIfNegative(absolute);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(absolute, 1);
        (_kind, _tolerance, _absolute) = (kind, tolerance, absolute);
        (_mixture, _baseline) = (new RestartMixture(Effects.Length, stakes ?? Stakes.Default), new BaselineRate(memory ?? Memory.Default));
    }

    /// <summary>
    /// The log odds ratios (for counts: log ratios) bet on. Geometric from 0.3 to 9: when the verdict falls, the evidence knows the
    /// effect to within a share of itself, so that equal steps of its logarithm lose equally little everywhere.
    /// </summary>
    public static double[] Effects { get; } = [.. Enumerable.Range(0, 8).Select(j => 0.3 * Math.Pow(30, j / 7.0))];

    public double LogEvidence => _mixture.LogEvidence;

    public double LogStatic => _mixture.LogStatic;

    /// <summary>The baseline's past, from before there was anything to compare.</summary>
    public void Learn(TimeSpan at, double requests, double errors) => _baseline.Learn(at, requests, errors);

    /// <summary>Before the first bet: what the baseline did, and what waits for the candidate, was counted in another unit.</summary>
    public void Recount(BaselineRate past, in Window carry, double temper)
    {
        _baseline.Take(past);
        (_carry, _temper) = (carry, temper);
    }

    /// <summary>Takes the counts since the call before. They wait until both sides have some.</summary>
    /// <param name="at">Time since the start; never falls.</param>
    /// <param name="seen">Counts of both sides.</param>
    /// <param name="temper">Share of the evidence that is believed (1/φ), above 0 to 1, fixed before the window began: of counts that wait, the first one's.</param>
    /// <param name="scale">How many times the absolute tolerance is no defect; fixed before the window's outcome.</param>
    public void Update(TimeSpan at, in Window seen, double temper = 1, double scale = 1)
    {
        // Noise that has seen what waits would temper it with hindsight.
        _temper = _carry == default ? temper : _temper;
        _carry += seen.Checked();
        if (!_carry.HasBothSides)
        {
            return;
        }

        Bet(_carry, _temper, _absolute * scale);
        _mixture.Bet(at, _gains);

        // Only now: an estimate that had seen this window would bet with hindsight.
        _baseline.Learn(at, _carry.BaselineRequests, _carry.BaselineErrors);
        _carry = default;
    }

    public void Sync(Snapshot state)
    {
        _mixture.Sync(state);
        _baseline.Sync(state);
        state.Sync(ref _carry);
        state.Sync(ref _temper);
    }

    private void Bet(in Window seen, double temper, double absolute)
    {
        var expected = _baseline.Estimate;
        var edge = Math.Min(0.5, (_tolerance * expected) + absolute);
        var odds = Math.Log(edge / (1 - edge));
        for (var j = 0; j < _gains.Length; j++)
        {
            _gains[j] = temper * (_kind == RateKind.Bernoulli
                ? Analysis.LogEvidence.OfWorse(seen, 1 / (1 + Math.Exp(-odds - Effects[j])), expected, _tolerance, absolute)
                : Analysis.LogEvidence.OfCounts(seen, Math.Exp(Effects[j]), _tolerance));
        }
    }
}
