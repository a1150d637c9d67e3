using Slipway.Core.Traffic;

namespace Slipway.Core.Analysis;

/// <summary>What one side did in one tick, with counts that cannot be true (negative, more errors than requests) pulled into range.</summary>
internal readonly record struct SideTick(long Started, long Requests, long ServerErrors, long NoAnswer, long InFlight, LatencyHistogram Latency)
{
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
        return new(Math.Max(0, counts.Started), requests, serverErrors, noAnswer, Math.Max(0, counts.InFlight), counts.Latency);
    }
}

/// <summary>Both sides over the time since the tick before.</summary>
/// <param name="Noise">φ of errors as it was known before the tick.</param>
/// <param name="Jitter">φ of latencies as it was known before the tick.</param>
internal readonly record struct Tick(TimeSpan At, SideTick Candidate, SideTick Baseline, double Noise, double Jitter)
{
    public Window Window => new(Candidate.Requests, Candidate.Errors, Baseline.Requests, Baseline.Errors);
}

/// <summary>Requests and errors since the candidate's first request.</summary>
internal readonly record struct Totals(long CandidateRequests, long CandidateErrors, long BaselineRequests, long BaselineErrors)
{
    /// <summary>Of counts that need not be whole.</summary>
    public static Totals Of(in Window seen) => new(
        (long)Math.Round(seen.CandidateRequests), (long)Math.Round(seen.CandidateErrors), (long)Math.Round(seen.BaselineRequests), (long)Math.Round(seen.BaselineErrors));

    public static Totals operator +(Totals totals, in Tick tick) => new(
        totals.CandidateRequests + tick.Candidate.Requests,
        totals.CandidateErrors + tick.Candidate.Errors,
        totals.BaselineRequests + tick.Baseline.Requests,
        totals.BaselineErrors + tick.Baseline.Errors);

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
