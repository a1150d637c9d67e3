using System.Collections.Immutable;
using Slipway.Core.Projects;
using static Slipway.Core.Deployments.DeploymentEvent;

namespace Slipway.Core.Deployments;

/// <summary>What follows from what was observed. What nobody asked for, or asked for before, is ignored.</summary>
internal static class Observations
{
    /// <summary>A rollback whose traffic cannot be changed is asked for again: going back to what is being left would be worse.</summary>
    public static ImmutableArray<DeploymentEvent> Answered(Deployment state, DeploymentInput.Answered input, DateTimeOffset now) =>
        (Plans.Of(state).FirstOrDefault(e => e.Key == input.Key), input.Answer) switch
        {
            (Effect.StartCandidate start, EffectAnswer.Done) => [new CandidateReady(now, start.Instances)],
            (Effect.StartBaseline start, EffectAnswer.Done) => [new BaselineReady(start.Instances, now)],
            (Effect.ScaleStable scale, EffectAnswer.Done) => [new StableReady(scale.Instances, now)],
            (Effect.ApplySplit apply, EffectAnswer.Serves serves) when serves.Split == apply.Split => [new SplitConfirmed(apply.Split, now)],
            (Effect.RunHook hook, EffectAnswer.Done) => [new HookSucceeded(hook.Key, now)],
            (Effect.RunHook hook, EffectAnswer.Failed failed) => [new HookFailed(hook.Key, failed.Reason, now)],
            (Effect.StartCandidate, EffectAnswer.Failed failed) => NotStarted(state, failed.Reason, now),
            (Effect.StartBaseline, EffectAnswer.Failed failed) when state is { Phase: Phase.Progressing, BaselineInstances: 0 } =>
                GoBack(state, RollbackCause.Failed, $"fresh instances of the stable version could not be started: {failed.Reason}", now),
            (Effect.ApplySplit, EffectAnswer.Failed failed) when state.Spec.Kind is DeploymentKind.Forward => GoBack(state, RollbackCause.Failed, $"the traffic could not be changed: {failed.Reason}", now),
            _ => [],
        };

    /// <summary>One start may be repeated for each restart allowed; more exits than that are a crash loop. What a rollback brings back is always started again.</summary>
    public static ImmutableArray<DeploymentEvent> Exited(Deployment state, DeploymentInput.CandidateExited input, DateTimeOffset now)
    {
        if (!state.CandidateWanted || !state.CandidateReady || input.Start != state.Exits)
            return [];
        CandidateExited exited = new(input.Detail, now);
        if (state.Exits < state.Restarts || state.Spec.Kind is DeploymentKind.Rollback)
            return [exited];
        var times = state.Exits == 0 ? "" : $" {state.Exits + 1} times";
        return [exited, .. Failed(state, [Evidence.Rule("outage", $"the candidate exited by itself{times}: {input.Detail}")], now)];
    }

    /// <summary>Some of the instances asked for are ready before the others; or some are gone for a reason that is not theirs, such as a restart of the machine.</summary>
    public static ImmutableArray<DeploymentEvent> Ready(Deployment state, DeploymentInput.InstancesReady input, DateTimeOffset now)
    {
        if (input.Instances < 0)
            return [];
        if (input.Version == state.Spec.Candidate.Candidate)
            return input.Instances < state.CandidateInstances ? state.CandidateWanted ? [new CandidateReady(now, input.Instances)] : []
                : Plans.Start(state) is { } start && input.Instances > state.CandidateInstances && input.Instances <= start.Instances ? [new CandidateReady(now, input.Instances)] : [];
        return input.Version == state.Spec.Stable?.Candidate && state.StableInstances is { } known && known != input.Instances && input.Instances <= state.Total
            ? [new StableReady(input.Instances, now)]
            : [];
    }

    /// <summary>A router that serves something else than it confirmed is asked again.</summary>
    public static ImmutableArray<DeploymentEvent> Observed(Deployment state, DeploymentInput.Observed input, DateTimeOffset now) =>
        state.Confirmed is { } confirmed && confirmed != input.Split ? [new SplitLost(input.Split, now)] : [];

    public static ImmutableArray<DeploymentEvent> Analysed(Deployment state, DeploymentInput.Analysed input, DateTimeOffset now)
    {
        if (state is not { Phase: Phase.Progressing, Spec.Kind: DeploymentKind.Forward })
            return [];
        var events = ImmutableArray.CreateBuilder<DeploymentEvent>();
        if (input.HasEvidence && !state.EvidenceSeen)
            events.Add(new EvidenceSeen(now));
        if (input.Blind is { } blind && state.Blind is null)
            events.AddRange(Blinded(state, input, blind, now));
        else if (input.Blind is null && state.Blind is not null)
            events.Add(new MeasuringBack(now));
        var news = input.Failures.Where(f => state.Failures.All(known => known.Check != f.Check)).ToImmutableArray();
        if (!news.IsEmpty)
            events.AddRange(Failed(state, news, now));
        if (news.All(f => f.DryRun) && input.SafeAt is { } safe && state.ShownSafe.All(e => e < safe))
            events.Add(new ShownSafe(safe, input.SafeEvidence, now));
        return events.ToImmutable();
    }

    /// <summary>Checks that failed: back, or, where the policy of each says so, stop and ask. One on a dry run is only kept.</summary>
    public static ImmutableArray<DeploymentEvent> Failed(Deployment state, ImmutableArray<Evidence> failures, DateTimeOffset now)
    {
        ImmutableArray<DeploymentEvent> found = [.. failures.Select(f => new CheckFailed(f, now))];
        var acting = failures.Where(f => !f.DryRun).ToImmutableArray();
        if (acting.IsEmpty)
            return found;
        var why = string.Join("; ", acting.Select(f => $"{f.Check}: {f.Summary}"));
        return acting.All(f => Policy(state, f.Check) is OnFail.Pause) && state.CandidateReady && state.Phase is Phase.Progressing or Phase.Settling
            ? [.. found, new Paused("slipway", why, now)]
            : [.. found, .. GoBack(state, RollbackCause.Bad, why, now)];
    }

    /// <summary>A wrong split is no fault of the candidate's: unless its check says otherwise, a person looks at it.</summary>
    private static OnFail Policy(Deployment state, string check) =>
        state.Spec.Checks.FirstOrDefault(c => c.Name == check) is { } spec ? spec.OnFail ?? (spec is Analysis.CheckSpec.Split ? OnFail.Pause : state.Spec.OnFail) : state.Spec.OnFail;

    /// <summary>A check that cannot be measured more often than it may: no time counts, and what its policy says follows.</summary>
    private static ImmutableArray<DeploymentEvent> Blinded(Deployment state, DeploymentInput.Analysed input, string why, DateTimeOffset now) => input.WhenBlind switch
    {
        Analysis.WhenBlind.Pause when !state.IsPaused => [new MeasuringLost(why, now), new Paused("slipway", why, now)],
        Analysis.WhenBlind.Rollback => [new MeasuringLost(why, now), .. GoBack(state, RollbackCause.Failed, why, now)],
        _ => [new MeasuringLost(why, now)],
    };

    public static ImmutableArray<DeploymentEvent> GoBack(Deployment state, RollbackCause cause, string why, DateTimeOffset now) =>
        state.Phase is Phase.Progressing or Phase.Settling ? [new RollbackStarted(cause, why, now)] : [];

    private static ImmutableArray<DeploymentEvent> NotStarted(Deployment state, string reason, DateTimeOffset now) => state switch
    {
        { Exits: > 0, Spec.Kind: DeploymentKind.Forward } => Failed(state, [Evidence.Rule("outage", $"the candidate exited and could not be started again: {reason}")], now),
        { Spec.LastResort: true } => [],
        _ => GoBack(state, RollbackCause.Failed, reason, now),
    };
}
