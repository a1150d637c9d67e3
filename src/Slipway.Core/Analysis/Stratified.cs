using System.Collections.Immutable;
using Slipway.Core.Traffic;

namespace Slipway.Core.Analysis;

/// <summary>Evidence of all of the traffic, or of a part of it.</summary>
internal interface IPart
{
    /// <summary>Natural log of the evidence for a defect; 0 until there is any.</summary>
    double LogEvidence { get; }

    void Sync(Snapshot state);
}

/// <summary>
/// The same bet on all of the traffic and on each of its strata, so that a fault in one of them is not diluted by the others. Half of the stake is on
/// the whole; what the traffic is parted by shares the rest evenly, and so do the strata there. An average of bets is a bet, and costs no more
/// evidence than the log of one's share. Which strata there are is settled with the candidate's first answer: nobody bets on what was seen before.
/// Without strata there is the whole alone. Allocates nothing once that is settled.
/// </summary>
internal sealed class Stratified<T>(StrataChoice choice, Func<T> make) where T : class, IPart
{
    /// <summary>Of one dimension; of what gateways count there are never more.</summary>
    private const int Most = PathRoute.Most + 1;

    private readonly List<(string Name, T Part)> _strata = [];
    private double[] _logShares = [];
    private bool _isSettled;

    public T Whole { get; } = make();

    /// <summary>Each with its name, such as <c>route/checkout</c>.</summary>
    public IReadOnlyList<(string Name, T Part)> Strata => _strata;

    /// <summary>Natural log of the whole's share of the stake.</summary>
    public double LogShare => _logShares.Length == 0 ? 0 : -Math.Log(2);

    public double LogEvidence
    {
        get
        {
            if (_logShares.Length == 0)
            {
                return Whole.LogEvidence;
            }

            var sum = LogShare + Whole.LogEvidence;
            for (var i = 0; i < _logShares.Length; i++)
            {
                sum = LogSum.Of(sum, _logShares[i] + _strata[i].Part.LogEvidence);
            }

            return sum;
        }
    }

    /// <summary>What most of the evidence comes from: a stratum and its name, or the whole without one.</summary>
    public (string? Name, T Part) Strongest
    {
        get
        {
            var strongest = Enumerable.Range(0, _logShares.Length).Select(i => (Log: _logShares[i] + _strata[i].Part.LogEvidence, Index: i)).DefaultIfEmpty((double.NegativeInfinity, -1)).MaxBy(s => s.Item1);
            return strongest.Item1 > LogShare + Whole.LogEvidence ? _strata[strongest.Item2] : (null, Whole);
        }
    }

    /// <summary>Strata of which something is learned from now on, until they are settled.</summary>
    public void Note(ImmutableArray<StratumCounts> seen)
    {
        for (var i = 0; !_isSettled && !seen.IsDefault && i < seen.Length; i++)
        {
            if (seen[i].Completed > 0)
            {
                Note(seen[i].Name);
            }
        }
    }

    /// <summary>To be shown each tick before it is compared. The first with an answer of the candidate settles the strata; one alone is no stratum.</summary>
    public void See(in Tick tick)
    {
        if (_isSettled)
        {
            return;
        }

        Note(tick.Candidate.Strata);
        Note(tick.Baseline.Strata);
        if (tick.Candidate.Requests > 0)
        {
            Settle();
        }
    }

    /// <summary>The same of what a source counted.</summary>
    public void See(Measurement.Counts candidate, Measurement.Counts baseline)
    {
        foreach (var part in (ReadOnlySpan<CountedPart>)[.. candidate.Parts.IsDefault ? [] : candidate.Parts, .. baseline.Parts.IsDefault ? [] : baseline.Parts])
        {
            Note(part.Name);
        }

        if (candidate.Exposure > 0 && !_isSettled)
        {
            Settle();
        }
    }

    public void Sync(Snapshot state)
    {
        var count = _strata.Count;
        state.Sync(ref _isSettled);
        state.Sync(ref count);
        for (var i = 0; i < count; i++)
        {
            var name = i < _strata.Count ? _strata[i].Name : null;
            state.Sync(ref name);
            if (i == _strata.Count)
            {
                _strata.Add((name ?? throw new FormatException("The saved state of an analysis has a stratum without a name."), make()));
            }

            _strata[i].Part.Sync(state);
        }

        Whole.Sync(state);
        if (_isSettled)
        {
            Share();
        }
    }

    private void Note(string name)
    {
        if (!_isSettled && IsChosen(name) && CountLike(name) < Most && !_strata.Exists(s => s.Name == name))
        {
            _strata.Add((name, make()));
        }
    }

    private void Settle()
    {
        _strata.RemoveAll(s => CountLike(s.Name) < 2);
        _strata.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        _isSettled = true;
        Share();
    }

    private void Share()
    {
        var dimensions = _strata.Select(s => By(s.Name).ToString()).Distinct().Count();
        _logShares = [.. _strata.Select(s => -Math.Log(2.0 * dimensions * CountLike(s.Name)))];
    }

    private bool IsChosen(string name) => choice switch
    {
        StrataChoice.All => true,
        StrataChoice.Routes => By(name) is Traffic.Strata.Routes,
        StrataChoice.Regions => By(name) is Traffic.Strata.Regions,
        _ => false,
    };

    /// <summary>How many are parted by the same.</summary>
    private int CountLike(string name) => _strata.Count(s => By(s.Name).SequenceEqual(By(name)));

    /// <summary>What the traffic is parted by, with the slash.</summary>
    private static ReadOnlySpan<char> By(string name) => name.AsSpan(0, name.IndexOf('/') + 1);
}
