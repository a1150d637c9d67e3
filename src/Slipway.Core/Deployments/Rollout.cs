using System.Collections.Immutable;
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
        DeploymentInput.Answered answered => Then(state, Observations.Answered(state, answered, now), now),
        DeploymentInput.CandidateExited exited => Then(state, Observations.Exited(state, exited, now), now),
        DeploymentInput.InstancesReady ready => Then(state, Observations.Ready(state, ready, now), now),
        DeploymentInput.Observed observed => Then(state, Observations.Observed(state, observed, now), now),
        DeploymentInput.Analysed analysed => Then(state, Observations.Analysed(state, analysed, now), now),
        _ => Commands.Decide(state, input, now) switch
        {
            { Refusal: null } decision => Then(state, decision.Events, now),
            var refused => refused,
        },
    };

    public static Deployment Evolve(Deployment state, DeploymentEvent e) => Evolution.Evolve(state, e);

    public static Deployment Fold(IEnumerable<DeploymentEvent> events) => events.Aggregate(Deployment.Empty, Evolve);

    /// <summary>What the outside world must be asked for now. Looks at state only, so a crash can lose nothing.</summary>
    public static ImmutableArray<Effect> Plan(Deployment state) => Plans.Of(state);

    /// <summary>
    /// When to look again if nothing happens before; null when only an input can change anything. What has come due since the last look is
    /// due now: a clock goes on between deciding and asking.
    /// </summary>
    public static DateTimeOffset? NextWake(Deployment state, DateTimeOffset now)
    {
        if (Next(state, now) is not null)
            return now;
        var step = state is { Phase: Phase.Progressing, IsPaused: false, HeldWhy: null, Step: { } at } && at.Judge(View(state), now) is StepAnswer.Wait { Until: { } until } ? until : (DateTimeOffset?)null;
        var deadline = Deadlines.At(state);
        return step < deadline || deadline is null ? step : deadline;
    }

    /// <summary>What a step may look at.</summary>
    public static StepView View(Deployment state) => new()
    {
        CandidateReady = state.CandidateReady && state.HasEnoughCandidates,
        BaselineReady = state.BaselineInstances > 0 && state.BaselineInstances >= state.WantedBaselines,
        InForceSince = state.IsInForce ? state.ConfirmedAt : null,
        EnteredAt = state.StepEnteredAt,
        Healthy = state.Healthy,
        Blind = state.Blind,
        Promoted = state.Promoted || (state.PromotedFully && state.Step is { IsNeeded: false }),
        Approvals = state.Approvals,
        HasChecks = state.HasChecks,
        IsAsked = state.IsAsked,
        AsksWhenInconclusive = state.Spec.Checks.Any(c => c is { Gates: true, OnInconclusive: Analysis.OnInconclusive.Pause }),
        HasEvidence = state.EvidenceSeen,
        IsSafe = state.IsSafe,
        Weight = state.Weight,
        Signals = state.Signals,
        Hook = state.Hook,
    };

    private static Decision Then(Deployment state, ImmutableArray<DeploymentEvent> events, DateTimeOffset now) =>
        new(state.IsEnded || state.Phase is Phase.Pending ? [] : WithConsequences(state, events, now));

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
        { Phase: Phase.RollingBack } when Plans.IsBack(state) && Plans.Hook(state) is null => new RolledBack(now),
        { Phase: Phase.Settling, IsPaused: false, Confirmed: { Candidate: null } } when state.HasEnoughCandidates => new Succeeded(now),
        { Phase: Phase.Progressing, IsPaused: false, HeldWhy: null } => NextStep(state, now),
        _ => null,
    } ?? Deadlines.Due(state, now);

    private static DeploymentEvent? NextStep(Deployment state, DateTimeOffset now)
    {
        if (state is { PromotedFully: true, Step: { IsNeeded: false } })
            return Enter(state, Needed(state), now);
        return (state.Step is { } step ? step.Judge(View(state), now) : new StepAnswer.Pass()) switch
        {
            StepAnswer.Pass => Enter(state, state.PromotedFully ? Needed(state) : state.StepIndex + 1, now),
            StepAnswer.Ask ask => new Paused("slipway", ask.Why, now),
            StepAnswer.Fail { Cause: not RollbackCause.Aborted } fail when state.Spec.OnFail is OnFail.Pause => new Paused("slipway", fail.Why, now),
            StepAnswer.Fail fail => new RollbackStarted(fail.Cause, fail.Why, now),
            _ => null,
        };
    }

    private static DeploymentEvent Enter(Deployment state, int index, DateTimeOffset now) =>
        index < state.Spec.Steps.Length ? new StepEntered(index, now) : new StepsCompleted(now);

    /// <summary>The next step that a full promotion does not skip; behind the last one when there is none.</summary>
    private static int Needed(Deployment state)
    {
        var index = state.StepIndex + 1;
        while (index < state.Spec.Steps.Length && !state.Spec.Steps[index].IsNeeded)
            index++;
        return index;
    }
}
