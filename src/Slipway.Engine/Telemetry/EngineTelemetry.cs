using System.Diagnostics;
using System.Diagnostics.Metrics;
using Slipway.Core.Deployments;

namespace Slipway.Engine.Telemetry;

/// <summary>
/// What the engine says of itself: one <see cref="ActivitySource"/> and one <see cref="Meter"/>, both named <c>Slipway</c>. Costs next to nothing
/// while nobody listens. Every metric is listed, with its unit, in <c>docs/telemetry.md</c>.
/// </summary>
public static class EngineTelemetry
{
    /// <summary>Of the source of spans, and of the meter.</summary>
    public const string Name = "Slipway";

    private static readonly InstrumentAdvice<double> Seconds = new() { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300] };

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly UpDownCounter<long> InboxWaiting = Meter.CreateUpDownCounter<long>("slipway.inbox.waiting", "{input}", "Inputs of deployments (commands, answers, observations) that wait to be decided on.");
    private static readonly Histogram<double> InboxAge = Duration("slipway.inbox.age", "How long an input of a deployment waited until it was its turn.");
    private static readonly Histogram<double> DecisionDuration = Duration("slipway.decision.duration", "From an input's turn until what was decided is saved.");
    private static readonly Histogram<double> SaveDuration = Duration("slipway.save.duration", "How long the store took to save a decision, or to say that somebody else came first.");
    private static readonly Counter<long> SaveConflicts = Meter.CreateCounter<long>("slipway.save.conflicts", "{conflict}", "Decisions made again because somebody else saved first.");
    private static readonly Counter<long> SaveFailures = Meter.CreateCounter<long>("slipway.save.failures", "{failure}", "Decisions that could not be saved, and are made again.");
    private static readonly UpDownCounter<long> EffectsRunning = Meter.CreateUpDownCounter<long>("slipway.effects.running", "{effect}", "Effects under way, by kind.");
    private static readonly Histogram<double> EffectDuration = Duration("slipway.effect.duration", "How long one try of an effect took, by kind and outcome.");
    private static readonly Counter<long> EffectFailures = Meter.CreateCounter<long>("slipway.effect.failures", "{failure}", "Tries of effects that failed or had no answer, by kind and outcome.");
    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>("slipway.bulkhead.refusals", "{request}", "Requests that an adapter did not begin because too many were under way, by adapter.");
    private static readonly Counter<long> OwnershipChanges = Meter.CreateCounter<long>("slipway.ownership.changes", "{change}", "Deployments that this process began to own (taken), gave back (released), or lost to another (lost).");
    private static readonly UpDownCounter<long> Followers = Meter.CreateUpDownCounter<long>("slipway.feed.followers", "{follower}", "Who follows the event feed at this process.");
    private static readonly Histogram<double> FeedLag = Duration("slipway.feed.lag", "From the moment that an event is of until followers of this process can read it.");

    /// <summary>A deployment has another owner, as seen from this process.</summary>
    /// <param name="change"><c>taken</c>, <c>released</c> or <c>lost</c>.</param>
    public static void OwnershipChanged(string change) => OwnershipChanges.Add(1, new KeyValuePair<string, object?>("change", change));

    /// <summary>An adapter did not begin something, because too much is under way there.</summary>
    /// <param name="adapter">Such as <c>hooks</c>.</param>
    public static void Refused(string adapter) => Refusals.Add(1, new KeyValuePair<string, object?>("adapter", adapter));

    internal static void Waiting(int change) => InboxWaiting.Add(change);

    internal static void Waited(TimeSpan age) => InboxAge.Record(age.TotalSeconds);

    internal static void Decided(TimeSpan took) => DecisionDuration.Record(took.TotalSeconds);

    internal static void Saved(TimeSpan took, bool conflict)
    {
        SaveDuration.Record(took.TotalSeconds);
        if (conflict)
            SaveConflicts.Add(1);
    }

    internal static void NotSaved() => SaveFailures.Add(1);

    internal static void EffectBegan(Effect effect) => EffectsRunning.Add(1, Kind(effect));

    internal static void EffectEnded(Effect effect) => EffectsRunning.Add(-1, Kind(effect));

    /// <param name="outcome"><c>done</c>, <c>failed</c>, <c>no-answer</c> or <c>cancelled</c>.</param>
    internal static void Tried(Effect effect, TimeSpan took, string outcome)
    {
        KeyValuePair<string, object?> how = new("outcome", outcome);
        EffectDuration.Record(took.TotalSeconds, Kind(effect), how);
        if (outcome is "failed" or "no-answer")
            EffectFailures.Add(1, Kind(effect), how);
    }

    internal static void Follows(int change) => Followers.Add(change);

    internal static void FeedRead(TimeSpan lag) => FeedLag.Record(Math.Max(0, lag.TotalSeconds));

    /// <summary>A span for one decision; null while nobody listens.</summary>
    internal static Activity? Decision(DeploymentId id, DeploymentInput input)
    {
        var span = Source.StartActivity("decide");
        span?.SetTag("slipway.deployment", id.Value).SetTag("slipway.input", input.GetType().Name);
        return span;
    }

    /// <summary>A span for one try of an effect, beneath the decision that wanted it; null while nobody listens.</summary>
    internal static Activity? Try(DeploymentId id, Effect effect)
    {
        var span = Source.StartActivity("effect");
        span?.SetTag("slipway.deployment", id.Value).SetTag("slipway.effect", effect.GetType().Name).SetTag("slipway.key", effect.Key);
        return span;
    }

    private static KeyValuePair<string, object?> Kind(Effect effect) => new("kind", effect.GetType().Name);

    private static Histogram<double> Duration(string name, string description) => Meter.CreateHistogram(name, "s", description, advice: Seconds);
}
