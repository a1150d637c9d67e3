namespace Slipway.Core.Analysis.Judges;

/// <summary>What one of Argo's measurements says.</summary>
public enum ArgoOutcome
{
    Successful,
    Failed,
    Inconclusive,
    Error,
}

/// <summary>Where a metric stands in Argo's words.</summary>
public enum ArgoPhase
{
    Running,
    Successful,
    Failed,
    Inconclusive,
    Error,
}

/// <summary>How far an <see cref="ArgoRule"/> has come.</summary>
/// <param name="Count">Measurements that count: all but errors.</param>
/// <param name="Errors">Of all that were tried.</param>
public sealed record ArgoState(
    ArgoPhase Phase = ArgoPhase.Running,
    int Count = 0,
    int Succeeded = 0,
    int Failed = 0,
    int Inconclusive = 0,
    int Errors = 0,
    int ConsecutiveErrors = 0,
    int ConsecutiveSuccesses = 0)
{
    /// <summary>
    /// Slipway's verdict. Argo calls a metric that is stopped before its first measurement, or that ran out of measurements of which none
    /// succeeded, Successful; here no evidence is Inconclusive.
    /// </summary>
    public Verdict Verdict => Phase switch
    {
        ArgoPhase.Successful when Succeeded > 0 => Verdict.Pass,
        ArgoPhase.Failed => Verdict.Fail,
        ArgoPhase.Error => Verdict.Error,
        _ => Verdict.Inconclusive,
    };
}

/// <summary>Argo Rollouts' rule for one metric of an analysis: measurements are counted against limits.</summary>
/// <param name="FailureLimit">Failed measurements that are borne; below 0 any.</param>
/// <param name="InconclusiveLimit">Inconclusive measurements that are borne.</param>
/// <param name="ConsecutiveErrorLimit">Errors one after the other that are borne.</param>
/// <param name="ConsecutiveSuccessLimit">Successes one after the other that are enough; 0: there is no such rule.</param>
/// <param name="Count">Measurements after which it ends. Null: never; Argo takes 1 when there is no interval.</param>
/// <remarks>Read from its source, https://github.com/argoproj/argo-rollouts at 9f8d111d, analysis/analysis.go and utils/evaluate/evaluate.go.</remarks>
public sealed record ArgoRule(
    int FailureLimit = 0, int InconclusiveLimit = 0, int ConsecutiveErrorLimit = 4, int ConsecutiveSuccessLimit = 0, int? Count = null)
{
    /// <summary>Takes one measurement; after the metric has ended, nothing changes any more.</summary>
    public ArgoState Next(ArgoState state, ArgoOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Phase is not ArgoPhase.Running)
        {
            return state;
        }

        var next = outcome switch
        {
            ArgoOutcome.Successful => state with { Count = state.Count + 1, Succeeded = state.Succeeded + 1, ConsecutiveSuccesses = state.ConsecutiveSuccesses + 1, ConsecutiveErrors = 0 },
            ArgoOutcome.Failed => state with { Count = state.Count + 1, Failed = state.Failed + 1, ConsecutiveSuccesses = 0, ConsecutiveErrors = 0 },
            ArgoOutcome.Inconclusive => state with { Count = state.Count + 1, Inconclusive = state.Inconclusive + 1, ConsecutiveSuccesses = 0, ConsecutiveErrors = 0 },
            _ => state with { Errors = state.Errors + 1, ConsecutiveErrors = state.ConsecutiveErrors + 1, ConsecutiveSuccesses = 0 },
        };
        return next with { Phase = Assess(next) };
    }

    /// <summary>What a measurement says by its two conditions; null: the condition is not set. Failure wins. Without any condition it is Successful.</summary>
    public static ArgoOutcome Measured(bool? success, bool? failure) => (success, failure) switch
    {
        (_, true) => ArgoOutcome.Failed,
        (false, null) => ArgoOutcome.Failed,
        (false, false) => ArgoOutcome.Inconclusive,
        _ => ArgoOutcome.Successful,
    };

    private ArgoPhase Assess(ArgoState state) => state switch
    {
        _ when state.ConsecutiveErrors > ConsecutiveErrorLimit => ArgoPhase.Error,
        _ when state.Inconclusive > InconclusiveLimit => ArgoPhase.Inconclusive,
        _ when FailureLimit >= 0 && state.Failed > FailureLimit => ArgoPhase.Failed,
        _ when ConsecutiveSuccessLimit > 0 && state.ConsecutiveSuccesses >= ConsecutiveSuccessLimit => ArgoPhase.Successful,
        _ when !(state.Count >= Count) => ArgoPhase.Running,
        _ when ConsecutiveSuccessLimit > 0 => FailureLimit >= 0 ? ArgoPhase.Inconclusive : ArgoPhase.Failed,
        _ => ArgoPhase.Successful,
    };
}
