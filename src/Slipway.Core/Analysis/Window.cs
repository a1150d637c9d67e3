namespace Slipway.Core.Analysis;

/// <summary>What both sides did over the same stretch of time. Requests may be any exposure and errors any count in the count tests.</summary>
internal readonly record struct Window(double CandidateRequests, double CandidateErrors, double BaselineRequests, double BaselineErrors)
{
    /// <summary>A comparison needs both: with one side alone every rate of the other explains what was seen.</summary>
    public bool HasBothSides => CandidateRequests > 0 && BaselineRequests > 0;

    public static Window operator +(Window a, Window b) => new(
        a.CandidateRequests + b.CandidateRequests,
        a.CandidateErrors + b.CandidateErrors,
        a.BaselineRequests + b.BaselineRequests,
        a.BaselineErrors + b.BaselineErrors);

    /// <summary>Throws when a number is negative or not finite: such counts are a bug of the caller, and one of them would spoil all evidence.</summary>
    public Window Checked()
    {
        Check(CandidateRequests);
        Check(CandidateErrors);
        Check(BaselineRequests);
        Check(BaselineErrors);
        return this;
    }

    private static void Check(double count)
    {
        if (!(count >= 0 && double.IsFinite(count)))
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, "A count is a finite number that is not negative.");
        }
    }
}
