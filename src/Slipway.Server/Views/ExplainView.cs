using System.Globalization;
using System.Text.Json;
using Slipway.Api;
using Slipway.Core.Deployments;
using Slipway.Engine;
using Slipway.Engine.Feed;
using Slipway.Engine.Ports;
using Slipway.Engine.Streams;

namespace Slipway.Server.Views;

/// <summary>Why things are where they are, and what would change them.</summary>
internal static class ExplainView
{
    public static async Task<ExplainResponse> OfAsync(Deployment d, SlipwayEngine engine, IEventStore store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var status = DeploymentView.Of(d, engine, now);
        var events = await store.ReadStreamAsync(StreamNames.Of(d.Spec.Id), 0, cancellationToken);
        return new ExplainResponse(
            status.Id,
            $"{status.Candidate} into {status.Environment}: {status.Phase}{(status.Paused ? " (paused)" : "")}, step {status.Step + 1} of {status.Steps.Count}: {status.Steps[status.Step]}",
            [status.Why, .. status.Troubles, .. status.Checks.Select(c => $"check {c.Name} says {c.Verdict}: {c.Summary}")],
            [Until(status, now), .. d.IsEnded ? [] : Story.StepsAfter(d).Select((s, i) => $"{(i == 0 ? "next" : "later")}: {s}")],
            status.Checks,
            [.. events.Select(Event)]);
    }

    public static ExplainResponse Of(EnvironmentStatus environment) =>
        new(environment.Name, $"{environment.Name} serves {environment.Serving ?? "nothing"}", environment.Trouble is { } trouble ? [trouble, environment.Why] : [environment.Why],
            [environment.Next is null ? "deploy a newer candidate with `slipway deploy`, or return to an older one with `slipway rollback`"
                : environment.Next.Due is { } due ? $"{environment.Next.Candidate} comes in by itself at {due.ToString("u", CultureInfo.InvariantCulture)}; `slipway promote {environment.Name}` does it now"
                : $"`slipway promote {environment.Name}` brings {environment.Next.Candidate} in"],
            [], []);

    public static EventResponse Event(RecordedEvent e) =>
        new(e.Position, e.Stream, e.Version, e.Type, e.At, EventSummary.Of(e), JsonDocument.Parse(e.Data).RootElement);

    private static string Until(DeploymentStatus status, DateTimeOffset now) =>
        status.Until is { } until && until > now ? $"{status.Next} (in {Core.Strategies.Durations.Text(until - now)})" : status.Next;
}
