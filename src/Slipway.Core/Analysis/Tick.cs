using System.Collections.Immutable;
using Slipway.Core.Traffic;

namespace Slipway.Core.Analysis;

/// <summary>What one side did in one tick, with counts that cannot be true (negative, more errors than requests) pulled into range.</summary>
internal readonly record struct SideTick(long Started, long Requests, long ServerErrors, long NoAnswer, long InFlight, LatencyHistogram Latency)
{
    /// <summary>The same requests by strata; none where nobody parts them.</summary>
    public ImmutableArray<StratumCounts> Strata { get; init; }

    /// <summary>Null where nobody counted them.</summary>
    public ClientCounts? Clients { get; init; }

    /// <summary>Whether all of its requests are of clients that were counted.</summary>
    public bool IsWhollyByClient => Requests == 0 || Clients?.Requests == Requests;

    public long Errors => ServerErrors + NoAnswer;

    public long Answered => Requests - NoAnswer;

    public bool HasTraffic => Started > 0 || Requests > 0 || InFlight > 0;

    /// <summary>Of a metric source, which does not tell server errors from other answers.</summary>
    public static SideTick Of(Measurement.Latencies measured)
    {
        var (noAnswer, answered) = (Math.Max(0, measured.NoAnswer), measured.Histogram.Counts is { IsDefaultOrEmpty: false } counts ? counts.Sum(c => Math.Max(0, c)) : 0);
        return new(answered + noAnswer, answered + noAnswer, 0, noAnswer, 0, measured.Histogram);
    }

    public static SideTick Of(SideCounts? counts)
    {
        if (counts is null)
        {
            return new(0, 0, 0, 0, 0, LatencyHistogram.Empty);
        }

        var requests = Math.Max(0, counts.Completed);
        var noAnswer = Math.Clamp(counts.NoAnswer, 0, requests);
        var serverErrors = Math.Clamp(counts.ServerErrors, 0, requests - noAnswer);
        return new(Math.Max(0, counts.Started), requests, serverErrors, noAnswer, Math.Max(0, counts.InFlight), counts.Latency) { Strata = counts.Strata, Clients = Sane(counts.Clients, requests, noAnswer + serverErrors) };
    }

    /// <summary>One stratum of it.</summary>
    public SideTick Of(string stratum)
    {
        if (Strata.Find(stratum) is not { } counts)
        {
            return Of((SideCounts?)null);
        }

        var requests = Math.Max(0, counts.Completed);
        var noAnswer = Math.Clamp(counts.NoAnswer, 0, requests);
        return new(requests, requests, Math.Clamp(counts.ServerErrors, 0, requests - noAnswer), noAnswer, 0, counts.Latency);
    }

    private static ClientCounts? Sane(ClientCounts? counted, long requests, long errors)
    {
        if (counted is null)
        {
            return null;
        }

        var seen = Math.Clamp(counted.Seen, 0, requests);
        return new(seen, Math.Clamp(counted.Failed, 0, Math.Min(seen, errors)), Math.Clamp(counted.Requests, seen, requests));
    }
}

/// <summary>Both sides over the time since the tick before.</summary>
/// <param name="Noise">φ of errors as it was known before the tick.</param>
/// <param name="Jitter">φ of latencies as it was known before the tick.</param>
internal readonly record struct Tick(TimeSpan At, SideTick Candidate, SideTick Baseline, double Noise, double Jitter)
{
    public bool HasRequests => Candidate.Requests > 0 || Baseline.Requests > 0;

    /// <summary>One stratum of both sides.</summary>
    public Tick Of(string stratum) => this with { Candidate = Candidate.Of(stratum), Baseline = Baseline.Of(stratum) };

    public Window Window => new(Candidate.Requests, Candidate.Errors, Baseline.Requests, Baseline.Errors);

    /// <summary>φ of clients that saw a failure, as it was known before the tick.</summary>
    public double ClientNoise { get; init; }

    /// <summary>φ of latencies where a client's failures count once, as it was known before the tick.</summary>
    public double ClientJitter { get; init; }

    /// <summary>The same by clients. Where nobody counted them each request is taken for one.</summary>
    public Window Clients => new(
        Candidate.Clients?.Seen ?? Candidate.Requests,
        Candidate.Clients?.Failed ?? Candidate.Errors,
        Baseline.Clients?.Seen ?? Baseline.Requests,
        Baseline.Clients?.Failed ?? Baseline.Errors);
}

/// <summary>Requests and errors since the candidate's first request.</summary>
internal record struct Totals(long CandidateRequests, long CandidateErrors, long BaselineRequests, long BaselineErrors)
{
    /// <summary>Of counts that need not be whole.</summary>
    public static Totals Of(in Window seen) => new(
        (long)Math.Round(seen.CandidateRequests), (long)Math.Round(seen.CandidateErrors), (long)Math.Round(seen.BaselineRequests), (long)Math.Round(seen.BaselineErrors));

    public static Totals operator +(Totals totals, in Tick tick) => new(
        totals.CandidateRequests + tick.Candidate.Requests,
        totals.CandidateErrors + tick.Candidate.Errors,
        totals.BaselineRequests + tick.Baseline.Requests,
        totals.BaselineErrors + tick.Baseline.Errors);

    public void Sync(Snapshot state)
    {
        var (nc, xc, nb, xb) = this;
        state.Sync(ref nc);
        state.Sync(ref xc);
        state.Sync(ref nb);
        state.Sync(ref xb);
        this = new(nc, xc, nb, xb);
    }

    public CheckReport Report(string name, Verdict verdict, string summary) => new()
    {
        Name = name,
        Verdict = verdict,
        CandidateRequests = CandidateRequests,
        CandidateErrors = CandidateErrors,
        BaselineRequests = BaselineRequests,
        BaselineErrors = BaselineErrors,
        Summary = summary,
    };
}
