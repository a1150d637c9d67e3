using System.Text.Json;
using Slipway.Api;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
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
            $"{status.Candidate} into {status.Environment}: {status.Phase}{(status.AsksPerson ? " (waits for a person)" : status.Paused ? " (paused)" : status.HeldWhy is not null ? " (held)" : "")}, step {status.Step + 1} of {status.Steps.Count}: {status.Steps[status.Step]}",
            [status.Why, .. Facts(status), .. status.Troubles, .. status.Checks.Select(c => $"check {c.Name} says {c.Verdict}: {c.Summary}")],
            [Next(status.Next, status.Until, now), .. status.Checks.Where(c => c.Change is not null && c.Verdict is "inconclusive").Select(c => $"for check {c.Name}: {c.Change}"), .. d.IsEnded ? [] : Story.StepsAfter(d).Select((s, i) => $"{(i == 0 ? "next" : "later")}: {s}")],
            status.Checks,
            [.. events.Select(Event)]);
    }

    /// <summary>An environment: its deployment when one is under way, and what else concerns it.</summary>
    public static async Task<ExplainResponse> OfAsync(ProjectSnapshot snapshot, EnvironmentSpec environment, SlipwayEngine engine, IEventStore store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var status = StatusView.Of(snapshot, environment, engine, now);
        if (snapshot.Active(environment.Name) is { } deployment)
        {
            var answer = await OfAsync(deployment, engine, store, now, cancellationToken);
            return answer with { Why = [.. answer.Why, .. Facts(status)] };
        }

        var story = EnvironmentStory.Of(snapshot, environment, now);
        return new ExplainResponse(status.Name, $"{status.Name} serves {status.Serving ?? "nothing"}", [.. status.Trouble is { } trouble ? [trouble] : Array.Empty<string>(), story.Why, .. Facts(status)],
            [Next(story.Next, story.Until, now)], [], []);
    }

    /// <summary>A fleet: its rings. What happens at a target is explained by its own name.</summary>
    public static ExplainResponse Of(ProjectSnapshot snapshot, FleetSpec fleet)
    {
        var story = FleetStory.Of(snapshot, fleet);
        return new ExplainResponse(fleet.Name.Value, story.Summary, story.Why, story.Next, [], []);
    }

    /// <summary>What waits and why, whether promotions are held, and whether a window is closed.</summary>
    private static IEnumerable<string> Facts(EnvironmentStatus status) =>
    [
        .. status.Queue.Select(q => $"{q.Candidate} waits, asked for by {q.By}{(q.Reason is { Length: > 0 } reason ? $" ({reason})" : "")}: {q.Why}"),
        .. status.Hold is { } hold ? [$"nothing comes in by itself, says {hold.By}: {hold.Why}"] : Array.Empty<string>(),
        .. status.Window is { IsOpen: false } window ? [$"no deployment may begin: {window.Why}; {(window.NextOpen is { } open ? $"it opens at {open:u}" : "it opens when that is released")}; rollback and abort are always possible"] : Array.Empty<string>(),
    ];

    public static EventResponse Event(RecordedEvent e) =>
        new(e.Position, e.Stream, e.Version, e.Type, e.At, EventSummary.Of(e), JsonDocument.Parse(e.Data).RootElement);

    /// <summary>What its instances, signals and hooks say, where that is not as it will be in the end.</summary>
    private static IEnumerable<string> Facts(DeploymentStatus status) =>
    [
        .. status.Instances is { } i && i.CandidateReady < i.CandidateWanted ? [$"{i.CandidateReady} of {i.CandidateWanted} instances of {status.Candidate} are ready"] : Array.Empty<string>(),
        .. status.Instances is { StableReady: { } ready } s && ready != s.StableWanted ? [$"{ready} instances of {status.Stable} are ready, {s.StableWanted} are wanted"] : Array.Empty<string>(),
        .. status.WaitedForPeopleSeconds >= 1 ? [$"{Core.Strategies.Durations.Text(TimeSpan.FromSeconds(Math.Floor(status.WaitedForPeopleSeconds)))} of its time it waited for people"] : Array.Empty<string>(),
        .. status.Signals.Select(x => $"signal {x.Name}: {x.By} says {(x.Passed ? "yes" : "no")}{(x.Why is { Length: > 0 } why ? $": {why}" : "")}"),
        .. status.Hooks.Where(h => h.State is "running" or "failed").Select(h => $"hook {h.Name} {(h.State == "running" ? "is running" : $"failed: {h.Why}")}"),
    ];

    private static string Next(string next, DateTimeOffset? until, DateTimeOffset now) =>
        until > now ? $"{next} (in {Core.Strategies.Durations.Text(until.Value - now)})" : next;
}
