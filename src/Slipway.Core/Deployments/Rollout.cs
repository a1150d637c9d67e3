using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Configuration;
using Slipway.Core.Projects;
using Slipway.Core.Strategies;
using static Slipway.Core.Deployments.DeploymentEvent;

namespace Slipway.Core.Deployments;

/// <summary>What was decided: events to store, or why a command was refused. Never both.</summary>
public sealed record Decision(ImmutableArray<DeploymentEvent> Events, Problem? Refusal = null);

/// <summary>The rollout machine. Steps are open, the machine is closed: it alone says what happens between, and on the way back.</summary>
public static class Rollout
{
    /// <summary>The events with which a deployment begins.</summary>
    public static ImmutableArray<DeploymentEvent> Start(DeploymentSpec spec, DateTimeOffset now) =>
        WithConsequences(Deployment.Empty, [new Started(spec, now)], now);

    /// <summary>Given where the deployment is and what happened, what is now true?</summary>
    public static Decision Decide(Deployment state, DeploymentInput input, DateTimeOffset now) => input switch
    {
        DeploymentInput.Tick => Then(state, [], now),
        DeploymentInput.Answered answered => Then(state, Observe(state, answered, now), now),
        DeploymentInput.CandidateExited exited => Then(state, OnExit(state, exited, now), now),
        DeploymentInput.Analysed analysed => Then(state, OnAnalysis(state, analysed, now), now),
        _ => Commands.Decide(state, input, now) switch
        {
            { Refusal: null } decision => Then(state, decision.Events, now),
            var refused => refused,
        },
    };

    public static Deployment Evolve(Deployment state, DeploymentEvent e)
    {
        var next = Apply(state, e);
        return next.Spec is null || (state.Spec is not null && next.Wanted == state.Wanted)
            ? next
            : next with { Confirmed = null, SplitNumber = next.SplitNumber + 1 };
    }

    public static Deployment Fold(IEnumerable<DeploymentEvent> events) => events.Aggregate(Deployment.Empty, Evolve);

    /// <summary>What the outside world must be asked for now. Looks at state only, so a crash can lose nothing.</summary>
    public static ImmutableArray<Effect> Plan(Deployment state)
    {
        if (state.IsEnded || state.Phase is Phase.Pending)
            return [];
        var effects = ImmutableArray.CreateBuilder<Effect>();
        if (state.CandidateWanted && !state.CandidateReady && !state.IsCrashLoopHalted)
            effects.Add(new Effect.StartCandidate($"start/{state.Exits}", state.Spec.Candidate));
        if (state.Confirmed is null)
            effects.Add(new Effect.ApplySplit($"split/{state.SplitNumber}", state.Wanted));
        if (state is { Phase: Phase.Progressing, CandidateReady: true, Spec.Kind: DeploymentKind.Forward })
            effects.Add(new Effect.Watch("watch"));
        return effects.ToImmutable();
    }

    /// <summary>
    /// When to look again if nothing happens before; null when only an input can change anything. What has come due since the last look is
    /// due now: a clock goes on between deciding and asking.
    /// </summary>
    public static DateTimeOffset? NextWake(Deployment state, DateTimeOffset now)
    {
        if (Next(state, now) is not null)
            return now;
        return state is { Phase: Phase.Progressing, IsPaused: false, Step: { } step } && step.Judge(View(state), now) is StepAnswer.Wait { Until: { } until } ? until : null;
    }

    /// <summary>What a step may look at.</summary>
    public static StepView View(Deployment state) => new()
    {
        CandidateReady = state.CandidateReady,
        InForceSince = state.Confirmed is null || (state.CandidateWanted && !state.CandidateReady) ? null : state.ConfirmedAt,
        EnteredAt = state.StepEnteredAt,
        Promoted = state.Promoted,
        Approvals = state.Approvals,
        HasChecks = state.HasChecks,
        HasEvidence = state.EvidenceSeen,
        IsSafe = state.IsSafe,
        Weight = state.Weight,
    };

    private static Decision Then(Deployment state, ImmutableArray<DeploymentEvent> events, DateTimeOffset now) =>
        new(state.IsEnded || state.Phase is Phase.Pending ? [] : WithConsequences(state, events, now));

    /// <summary>A rollback whose traffic cannot be changed is asked for again: going back to what is being left would be worse.</summary>
    private static ImmutableArray<DeploymentEvent> Observe(Deployment state, DeploymentInput.Answered input, DateTimeOffset now) =>
        (Plan(state).FirstOrDefault(e => e.Key == input.Key), input.Answer) switch
        {
            (Effect.StartCandidate, EffectAnswer.Done) => [new CandidateReady(now)],
            (Effect.ApplySplit apply, EffectAnswer.Done) => [new SplitConfirmed(apply.Split, now)],
            (Effect.StartCandidate, EffectAnswer.Failed failed) when state.Exits > 0 && state.Spec.Kind is DeploymentKind.Forward =>
                OnFailure(state, [Outage($"the candidate exited and could not be started again: {failed.Reason}")], now),
            (Effect.StartCandidate, EffectAnswer.Failed) when state.Spec.LastResort => [],
            (Effect.StartCandidate, EffectAnswer.Failed failed) => GoBack(state, RollbackCause.Failed, failed.Reason, now),
            (Effect.ApplySplit, EffectAnswer.Failed failed) when state.Spec.Kind is DeploymentKind.Forward => GoBack(state, RollbackCause.Failed, $"the traffic could not be changed: {failed.Reason}", now),
            _ => [],
        };

    /// <summary>One start may be repeated for each restart allowed; more exits than that are a crash loop. What a rollback brings back is always started again.</summary>
    private static ImmutableArray<DeploymentEvent> OnExit(Deployment state, DeploymentInput.CandidateExited input, DateTimeOffset now)
    {
        if (!state.CandidateWanted || !state.CandidateReady || input.Start != state.Exits)
            return [];
        CandidateExited exited = new(input.Detail, now);
        if (state.Exits < state.Restarts || state.Spec.Kind is DeploymentKind.Rollback)
            return [exited];
        var times = state.Exits == 0 ? "" : $" {state.Exits + 1} times";
        return [exited, .. OnFailure(state, [Outage($"the candidate exited by itself{times}: {input.Detail}")], now)];
    }

    private static Evidence Outage(string summary) => new("outage", summary, null, null, 0, 0, 0, 0);

    private static ImmutableArray<DeploymentEvent> OnAnalysis(Deployment state, DeploymentInput.Analysed input, DateTimeOffset now)
    {
        if (state is not { Phase: Phase.Progressing, Spec.Kind: DeploymentKind.Forward })
            return [];
        var events = ImmutableArray.CreateBuilder<DeploymentEvent>();
        if (input.HasEvidence && !state.EvidenceSeen)
            events.Add(new EvidenceSeen(now));
        var news = input.Failures.Where(f => state.Failures.All(known => known.Check != f.Check)).ToImmutableArray();
        if (!news.IsEmpty)
            events.AddRange(OnFailure(state, news, now));
        else if (input.SafeAt is { } safe && state.ShownSafe.All(e => e < safe))
            events.Add(new ShownSafe(safe, input.SafeEvidence, now));
        return events.ToImmutable();
    }

    private static ImmutableArray<DeploymentEvent> OnFailure(Deployment state, ImmutableArray<Evidence> failures, DateTimeOffset now)
    {
        var why = string.Join("; ", failures.Select(f => $"{f.Check}: {f.Summary}"));
        ImmutableArray<DeploymentEvent> found = [.. failures.Select(f => new CheckFailed(f, now))];
        return state.Spec.OnFail is OnFail.Pause && state.CandidateReady
            ? [.. found, new Paused("slipway", why, now)]
            : [.. found, .. GoBack(state, RollbackCause.Bad, why, now)];
    }

    internal static ImmutableArray<DeploymentEvent> GoBack(Deployment state, RollbackCause cause, string why, DateTimeOffset now) =>
        state.Phase is Phase.Progressing or Phase.Settling ? [new RollbackStarted(cause, why, now)] : [];

    private static ImmutableArray<DeploymentEvent> WithConsequences(Deployment state, ImmutableArray<DeploymentEvent> events, DateTimeOffset now)
    {
        var all = events.ToBuilder();
        var reached = events.Aggregate(state, Evolve);
        while (Next(reached, now) is { } next)
        {
            all.Add(next);
            reached = Evolve(reached, next);
        }

        return all.ToImmutable();
    }

    /// <summary>The one thing that follows from the state by itself, if any; asked again until nothing follows.</summary>
    private static DeploymentEvent? Next(Deployment state, DateTimeOffset now) => state switch
    {
        { Phase: Phase.RollingBack, Confirmed: not null } => new RolledBack(now),
        { Phase: Phase.Settling, IsPaused: false, CandidateReady: true, Confirmed: not null } => new Succeeded(now),
        { Phase: Phase.Progressing, IsPaused: false } => NextStep(state, now),
        _ => null,
    };

    private static DeploymentEvent? NextStep(Deployment state, DateTimeOffset now) =>
        (state.Step is { } step ? step.Judge(View(state), now) : new StepAnswer.Pass()) switch
        {
            StepAnswer.Pass when state.StepIndex + 1 < state.Spec.Steps.Length => new StepEntered(state.StepIndex + 1, now),
            StepAnswer.Pass => new StepsCompleted(now),
            StepAnswer.Ask ask => new Paused("slipway", ask.Why, now),
            _ => null,
        };

    private static Deployment Apply(Deployment s, DeploymentEvent e) => e switch
    {
        Started x => s with { Spec = x.Spec, Phase = Phase.Progressing, StartedAt = x.At },
        StepEntered x => s with { StepIndex = x.Index, StepEnteredAt = x.At, Promoted = false, Approvals = [] },
        DeploymentEvent.CandidateReady => s with { CandidateReady = true },
        CandidateExited x => s with { CandidateReady = false, Exits = s.Exits + 1, LastExit = x.Detail },
        SplitConfirmed x => s with { Confirmed = x.Split, ConfirmedAt = x.At },
        EvidenceSeen => s with { EvidenceSeen = true },
        ShownSafe x => s with { ShownSafe = s.ShownSafe.Add(x.Exposure) },
        CheckFailed x => s with { Failures = s.Failures.Add(x.Evidence) },
        Approved x => s with { Approvals = s.Approvals.Add(x.By) },
        Promoted => s with { Promoted = true },
        Paused x => s with { PausedAt = s.PausedAt ?? x.At, PausedWhy = x.Why, PausedByItself = x.By == "slipway" },
        Resumed x => s with { StepEnteredAt = Later(s, s.StepEnteredAt, x.At), ConfirmedAt = Later(s, s.ConfirmedAt, x.At), Promoted = s.Promoted || s.PausedByItself, PausedAt = null, PausedWhy = null, PausedByItself = false },
        StepsCompleted => s with { Phase = Phase.Settling },
        RollbackStarted x => s with { Phase = Phase.RollingBack, Cause = x.Cause, Why = x.Why, PausedAt = null, PausedWhy = null, PausedByItself = false, Confirmed = null, SplitNumber = s.SplitNumber + 1 },
        Succeeded x => s with { Phase = Phase.Succeeded, EndedAt = x.At },
        RolledBack x => s with { Phase = Phase.RolledBack, EndedAt = x.At },
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Time spent paused does not count: what began before the pause moves by it, what began during it begins when it ends.</summary>
    private static DateTimeOffset Later(Deployment state, DateTimeOffset begun, DateTimeOffset resumedAt) => state.PausedAt switch
    {
        { } paused when begun <= paused => begun + (resumedAt - paused),
        { } => resumedAt,
        null => begun,
    };
}
