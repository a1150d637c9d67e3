using System.Collections.Immutable;

namespace Slipway.Core.Strategies;

/// <summary>Waits for people.</summary>
/// <param name="By">Who may approve; empty: anyone.</param>
/// <param name="Count">How many different people it takes; at least 1.</param>
public sealed record ApproveStep(ImmutableArray<string> By, int Count) : Step
{
    public bool Allows(string person) => By.IsEmpty || By.Contains(person, StringComparer.OrdinalIgnoreCase);

    public override StepAnswer Judge(StepView view, DateTimeOffset now)
    {
        var missing = Count - view.Approvals.Count(Allows);
        return missing <= 0
            ? new StepAnswer.Pass()
            : new StepAnswer.Wait(missing == 1 ? $"waiting for an approval{Whose}" : $"waiting for {missing} approvals{Whose}");
    }

    public override string Describe() => Count == 1 ? $"approval{Whose}" : $"{Count} approvals{Whose}";

    private string Whose => By.IsEmpty ? "" : $" by {string.Join(" or ", By)}";
}
