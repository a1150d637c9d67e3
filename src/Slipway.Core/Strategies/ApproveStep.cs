using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Slipway.Core.Deployments;

namespace Slipway.Core.Strategies;

/// <summary>Waits for people.</summary>
/// <param name="By">Who may approve; empty: anyone.</param>
/// <param name="Count">How many different people it takes; at least 1.</param>
public sealed record ApproveStep(ImmutableArray<string> By, int Count) : Step
{
    /// <summary>Nobody has to remember a request for ever.</summary>
    public static readonly TimeSpan DefaultWithin = TimeSpan.FromDays(30);

    /// <summary>Whether who made the release or asked for the deployment may approve it too.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool NotAuthor { get; init; }

    /// <summary>How long people have; then the deployment is given up. Null: 30 days.</summary>
    public TimeSpan? Within { get; init; }

    [JsonIgnore]
    public override bool IsNeeded => true;

    public bool Allows(string person) => By.IsEmpty || By.Contains(person, StringComparer.OrdinalIgnoreCase);

    public override StepAnswer Judge(StepView view, DateTimeOffset now)
    {
        var missing = Count - view.Approvals.Count(Allows);
        if (missing <= 0)
            return new StepAnswer.Pass();
        var end = view.EnteredAt + (Within ?? DefaultWithin);
        return now < end
            ? new StepAnswer.Wait(missing == 1 ? $"waiting for an approval{Whose}" : $"waiting for {missing} approvals{Whose}", end, Then.GivesUp)
            : new StepAnswer.Fail($"nobody approved it within {Durations.Text(Within ?? DefaultWithin)}", RollbackCause.Aborted);
    }

    public override string Describe() => (Count == 1 ? $"approval{Whose}" : $"{Count} approvals{Whose}") + (NotAuthor ? ", not the author" : "");

    private string Whose => By.IsEmpty ? "" : $" by {string.Join(" or ", By)}";
}
