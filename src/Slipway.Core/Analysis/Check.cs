namespace Slipway.Core.Analysis;

/// <summary>One check of a running deployment. The first Fail is kept with its numbers, and ends the check.</summary>
internal abstract class Check
{
    private CheckReport? _failed;

    public bool HasFailed => _failed is not null;

    /// <summary>A tick from before the candidate had any traffic.</summary>
    public abstract void Learn(TimeSpan at, in SideTick baseline);

    /// <summary>A tick from the candidate's first traffic on.</summary>
    public void Observe(in Tick tick, in Totals totals)
    {
        if (HasFailed)
        {
            return;
        }

        Update(tick);
        _failed = IsAtLimit ? Describe(totals) : null;
    }

    public CheckReport Report(in Totals totals) => _failed ?? Describe(totals);

    /// <summary>The evidence is enough to fail.</summary>
    protected abstract bool IsAtLimit { get; }

    protected abstract void Update(in Tick tick);

    protected abstract CheckReport Describe(in Totals totals);
}
