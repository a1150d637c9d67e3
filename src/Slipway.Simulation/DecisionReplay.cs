using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Core;
using Slipway.Core.Analysis;
using Slipway.Core.Deployments;
using static Slipway.Core.Deployments.DeploymentEvent;

namespace Slipway.Simulation;

/// <summary>What replaying a stored deployment gave: the log, and where the core would now decide differently (null: nowhere).</summary>
public sealed record ReplayResult(ImmutableArray<LogEntry> Log, string? Difference);

/// <summary>
/// Decides a stored deployment again from its events alone: what came in is inferred from the first event of each decision, and the real
/// core must then decide exactly what is stored, at the times at which it was.
/// </summary>
public static class DecisionReplay
{
    public static ReplayResult Of(ImmutableArray<DeploymentEvent> stored)
    {
        if (stored.FirstOrDefault() is not Started started)
            return new ReplayResult([], "it does not begin with its start");
        var log = ImmutableArray.CreateBuilder<LogEntry>();
        var state = Deployment.Empty;
        for (var done = 0; done < stored.Length;)
        {
            var at = stored[done].At;
            var input = done == 0 ? null : Inferred(state, stored, done);
            var decided = done == 0 ? Rollout.Start(started.Spec, at) : Rollout.Decide(state, input!, at).Events;
            var expected = stored.Slice(done, Math.Min(Math.Max(1, decided.Length), stored.Length - done));
            if (!Same(decided, expected))
                return new ReplayResult(log.ToImmutable(), $"event {done + 1}: stored is '{EventWords.Of(expected[0])}', the core now decides {(decided.IsEmpty ? "nothing" : string.Join("; ", decided.Select(EventWords.Of)))}");
            state = decided.Aggregate(state, Rollout.Evolve);
            log.Add(LogEntry.Of(input, decided, state));
            done += decided.Length;
        }

        return new ReplayResult(log.ToImmutable(), null);
    }

    private static bool Same(ImmutableArray<DeploymentEvent> decided, ImmutableArray<DeploymentEvent> stored) =>
        decided.Length == stored.Length && !decided.IsEmpty && decided.Zip(stored).All(p => Json(p.First) == Json(p.Second));

    private static string Json(DeploymentEvent e) => JsonSerializer.Serialize(e, SlipwayJson.Options);

    private static DeploymentInput Inferred(Deployment state, ImmutableArray<DeploymentEvent> stored, int index)
    {
        var e = stored[index];
        if (Rollout.Decide(state, new DeploymentInput.Tick(), e.At).Events is [var due, ..] && Json(due) == Json(e))
            return new DeploymentInput.Tick();
        var following = stored[index..].TakeWhile(x => x.At == e.At).ToImmutableArray();
        return e switch
        {
            CandidateReady x => Key<Effect.StartCandidate>(state) is { } key && Wanted<Effect.StartCandidate>(state)!.Instances == x.Instances ? Done(key) : new DeploymentInput.InstancesReady(state.Spec.Candidate.Candidate, x.Instances),
            StableReady x => Key<Effect.ScaleStable>(state) is { } key && Wanted<Effect.ScaleStable>(state)!.Instances == x.Instances ? Done(key) : new DeploymentInput.InstancesReady(state.Spec.Stable!.Candidate, x.Instances),
            BaselineReady => Done(Key<Effect.StartBaseline>(state) ?? ""),
            SplitConfirmed x => new DeploymentInput.Answered(Key<Effect.ApplySplit>(state) ?? "", new EffectAnswer.Serves(x.Split)),
            HookSucceeded x => Done(x.Key),
            HookFailed x => new DeploymentInput.Answered(x.Key, new EffectAnswer.Failed(x.Why)),
            CandidateExited x => new DeploymentInput.CandidateExited(state.Exits, x.Detail),
            SplitLost x => new DeploymentInput.Observed(x.Observed),
            Scaled x => new DeploymentInput.Scale(x.Instances, x.By),
            SignalReceived x => new DeploymentInput.Signalled(x.Signal),
            EvidenceSeen or ShownSafe or CheckFailed or MeasuringLost or MeasuringBack => Analysed(state, following),
            Approved x => new DeploymentInput.Approve(x.By),
            PromotedFully x => new DeploymentInput.Promote(x.By, Fully: true),
            Promoted x => new DeploymentInput.Promote(x.By),
            Resumed x => following is [_, PromotedFully, ..] ? new DeploymentInput.Promote(x.By, Fully: true) : new DeploymentInput.Resume(x.By),
            Paused x => new DeploymentInput.Pause(x.By, x.Why == $"paused by {x.By}" ? null : x.Why[(x.By.Length + 2)..]),
            Held x => new DeploymentInput.Hold(x.Why),
            Released => new DeploymentInput.Hold(null),
            RollbackStarted x => Back(state, x),
            _ => new DeploymentInput.Tick(),
        };
    }

    private static DeploymentInput.Analysed Analysed(Deployment state, ImmutableArray<DeploymentEvent> following)
    {
        var heard = following.TakeWhile(e => e is EvidenceSeen or ShownSafe or CheckFailed or MeasuringLost or MeasuringBack).ToList();
        var safe = heard.OfType<ShownSafe>().FirstOrDefault();
        var blind = heard.OfType<MeasuringLost>().FirstOrDefault()?.Why ?? (heard.OfType<MeasuringBack>().Any() ? null : state.Blind);
        return new DeploymentInput.Analysed(state.EvidenceSeen || heard.OfType<EvidenceSeen>().Any(), safe?.Exposure, safe?.Evidence ?? "", [.. heard.OfType<CheckFailed>().Select(f => f.Evidence)])
        {
            Blind = blind,
            WhenBlind = heard is not [.., MeasuringLost] ? null : following.ElementAtOrDefault(heard.Count) switch { Paused => WhenBlind.Pause, RollbackStarted { Cause: RollbackCause.Failed } => WhenBlind.Rollback, _ => null },
        };
    }

    /// <summary>A way back that nothing before it explains: a person's word, a flag, a successor, or an effect that failed.</summary>
    private static DeploymentInput Back(Deployment state, RollbackStarted back)
    {
        IEnumerable<DeploymentInput> possible =
        [
            .. Rollout.Plan(state).OrderBy(e => e is Effect.StartCandidate ? 1 : 0).Select(e => new DeploymentInput.Answered(e.Key, new EffectAnswer.Failed(Reason(back.Why, e)))),
            .. Said("aborted by ", back.Why, (by, why) => new DeploymentInput.Abort(by, why)),
            .. Said("rejected by ", back.Why, (by, why) => new DeploymentInput.Reject(by, why)),
            .. Said("flagged bad by ", back.Why, (by, why) => new DeploymentInput.Condemned(by, why ?? "")),
            .. back.Why.Split(["superseded by ", ", asked for by "], StringSplitOptions.None) is [_, var successor, var who] ? [new DeploymentInput.Superseded(new(successor), who)] : Array.Empty<DeploymentInput>(),
        ];
        return possible.FirstOrDefault(input => Rollout.Decide(state, input, back.At).Events is [var first, ..] && Json(first) == Json(back)) ?? new DeploymentInput.Tick();
    }

    /// <summary>Names may hold a colon, so each place where one could end is tried.</summary>
    private static IEnumerable<DeploymentInput> Said(string head, string text, Func<string, string?, DeploymentInput> make)
    {
        if (!text.StartsWith(head, StringComparison.Ordinal))
            yield break;
        var rest = text[head.Length..];
        for (var i = rest.IndexOf(": ", StringComparison.Ordinal); i >= 0; i = rest.IndexOf(": ", i + 1, StringComparison.Ordinal))
            yield return make(rest[..i], rest[(i + 2)..]);
        yield return make(rest, null);
    }

    private static string Reason(string why, Effect effect)
    {
        var head = effect switch { Effect.ApplySplit => "the traffic could not be changed: ", Effect.StartBaseline => "fresh instances of the stable version could not be started: ", _ => "" };
        return why.StartsWith(head, StringComparison.Ordinal) ? why[head.Length..] : why;
    }

    private static DeploymentInput.Answered Done(string key) => new(key, new EffectAnswer.Done());

    private static T? Wanted<T>(Deployment state) where T : Effect => Rollout.Plan(state).OfType<T>().FirstOrDefault();

    private static string? Key<T>(Deployment state) where T : Effect => Wanted<T>(state)?.Key;
}
