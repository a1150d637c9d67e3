namespace Slipway.Core.Analysis.Judges;

/// <summary>One of Flagger's thresholds. Without a value the check fails.</summary>
/// <param name="Min">The value must not be below. Null: any.</param>
/// <param name="Max">The value must not be above. Null: any.</param>
public sealed record FlaggerRange(double? Min = null, double? Max = null)
{
    /// <param name="value">Null: no values were found.</param>
    public bool Holds(double? value) => value is { } number && !double.IsNaN(number) && !(number < Min) && !(number > Max);
}

/// <summary>How far a <see cref="FlaggerRule"/> has come.</summary>
/// <param name="Ticks">Intervals so far.</param>
/// <param name="FailedChecks">Of them, failed ones; a passed one takes none away.</param>
/// <param name="RolledBackAt">The interval, counted from 0, in which it gave up. Null: it has not.</param>
public sealed record FlaggerState(int Ticks = 0, int FailedChecks = 0, int? RolledBackAt = null);

/// <summary>
/// Flagger's rule: every interval the metrics are held against fixed ranges; failed intervals are counted for good, and the
/// interval after the one in which the threshold was reached rolls back. There is no baseline, and no verdict "not enough evidence".
/// </summary>
/// <param name="Threshold">Failed checks that are too many; 0 means 1.</param>
/// <remarks>Read from its source, https://github.com/fluxcd/flagger at 15bd6ad5, pkg/controller/scheduler.go.</remarks>
public sealed record FlaggerRule(int Threshold = 1)
{
    /// <param name="passes">All ranges hold in this interval; several that do not are one failed check.</param>
    public FlaggerState Next(FlaggerState state, bool passes)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state switch
        {
            { RolledBackAt: not null } => state,
            _ when state.FailedChecks >= Math.Max(1, Threshold) => state with { Ticks = state.Ticks + 1, RolledBackAt = state.Ticks },
            _ => state with { Ticks = state.Ticks + 1, FailedChecks = state.FailedChecks + (passes ? 0 : 1) },
        };
    }
}
