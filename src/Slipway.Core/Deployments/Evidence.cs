namespace Slipway.Core.Deployments;

/// <summary>What a check found, in figures and in a sentence. Kept with the deployment for good.</summary>
/// <param name="Check">Name of the check.</param>
/// <param name="Summary">A sentence for people.</param>
/// <param name="LogEvidence">Natural logarithm of the e-value; null for a rule without one.</param>
/// <param name="LogLimit">Where it fails.</param>
public sealed record Evidence(
    string Check, string Summary, double? LogEvidence, double? LogLimit,
    long CandidateRequests, long CandidateErrors, long BaselineRequests, long BaselineErrors)
{
    /// <summary>It is kept, and nothing followed from it.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingDefault)]
    public bool DryRun { get; init; }

    /// <summary>Whose numbers it looked at: a metric source's name; null: the gateways'.</summary>
    public string? Source { get; init; }

    /// <summary>How large the difference is, with the range that it surely lies in; null for checks that know none.</summary>
    public Analysis.EffectSize? Effect { get; init; }

    /// <summary>Whose numbers these are, where it was mostly one stratum: <c>route/checkout</c>; null: the whole's.</summary>
    public string? Stratum { get; init; }

    /// <summary>Of a rule that counts nothing.</summary>
    public static Evidence Rule(string check, string summary) => new(check, summary, null, null, 0, 0, 0, 0);
}
