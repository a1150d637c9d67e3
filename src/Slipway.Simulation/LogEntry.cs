using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Slipway.Core.Deployments;

namespace Slipway.Simulation;

/// <summary>One decision: what came in, and what was decided.</summary>
/// <param name="At">When it was decided.</param>
/// <param name="Subject">A deployment, an environment or the project.</param>
/// <param name="Input">What happened, in words.</param>
/// <param name="Decided">What became true, in words.</param>
/// <param name="Why">Why it is where it is then.</param>
public sealed record LogEntry(DateTimeOffset At, string Subject, string Input, ImmutableArray<string> Decided, string Why)
{
    /// <summary>In UTC, to the second.</summary>
    [JsonIgnore]
    public string Time => At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>As a line for people.</summary>
    public override string ToString() => $"{Time}  {Subject}  {Input}: {string.Join("; ", Decided)}{(Why.Length > 0 ? $"  [{Why}]" : "")}";

    /// <summary>The log entry of a decision on a deployment. The same for a simulated and for a stored one.</summary>
    public static LogEntry Of(DeploymentInput? input, ImmutableArray<DeploymentEvent> events, Deployment after)
    {
        var at = events[0].At;
        return new LogEntry(at, after.Spec.Id.Value, InputWords.Of(input, events), [.. events.Select(EventWords.Of)], Story.Of(after, at).Why);
    }
}
