using System.Collections.Immutable;
using Slipway.Core.Deployments;
using Slipway.Core.Traffic;

namespace Slipway.Core.Tests.Deployments;

/// <summary>One rollout and a clock, in a world that does what it is asked only when told to.</summary>
internal sealed class RolloutScenario
{
    private readonly List<DeploymentEvent> _events;

    public RolloutScenario(DeploymentSpec spec)
    {
        _events = [.. Rollout.Start(spec, Now)];
        State = Rollout.Fold(_events);
    }

    public DateTimeOffset Now { get; private set; } = Given.Noon;

    public Deployment State { get; private set; }

    public IReadOnlyList<DeploymentEvent> Events => _events;

    public ImmutableArray<Effect> Wanted => Rollout.Plan(State);

    /// <summary>The split that is asked for and not confirmed, if any.</summary>
    public TrafficSplit? AskedFor => Wanted.OfType<Effect.ApplySplit>().SingleOrDefault()?.Split;

    public bool StartWanted => Wanted.OfType<Effect.StartCandidate>().Any();

    public Decision Give(DeploymentInput input)
    {
        var decision = Rollout.Decide(State, input, Now);
        _events.AddRange(decision.Events);
        State = decision.Events.Aggregate(State, Rollout.Evolve);
        return decision;
    }

    /// <summary>Answers every effect wanted now, until only watching is left.</summary>
    public RolloutScenario Settle()
    {
        while (Wanted.FirstOrDefault(e => e is not Effect.Watch) is { } effect)
            Give(new DeploymentInput.Answered(effect.Key, Well(effect)));
        return this;
    }

    public RolloutScenario After(int seconds)
    {
        Now += TimeSpan.FromSeconds(seconds);
        Give(new DeploymentInput.Tick());
        return this;
    }

    public Decision Confirm() => Answer<Effect.ApplySplit>(new EffectAnswer.Serves(AskedFor!));

    /// <summary>What the outside world answers when it did what it was asked.</summary>
    public static EffectAnswer Well(Effect effect) => effect is Effect.ApplySplit apply ? new EffectAnswer.Serves(apply.Split) : new EffectAnswer.Done();

    public Decision Started() => Answer<Effect.StartCandidate>(new EffectAnswer.Done());

    public Decision Fail<T>(string reason) where T : Effect => Answer<T>(new EffectAnswer.Failed(reason));

    public Decision Exit(string detail = "exit code 1") => Give(new DeploymentInput.CandidateExited(State.Exits, detail));

    public Decision Evidence() => Give(new DeploymentInput.Analysed(true, null, "", []));

    public Decision Safe(Weight exposure) => Give(new DeploymentInput.Analysed(true, exposure, "no worse", []));

    public Decision Safe(decimal percent) => Safe(Weight.FromPercent(percent)!.Value);

    public Decision Worse(string check = "errors") => Give(new DeploymentInput.Analysed(true, null, "", [Given.Worse(check)]));

    private Decision Answer<T>(EffectAnswer answer) where T : Effect => Give(new DeploymentInput.Answered(Wanted.OfType<T>().Single().Key, answer));
}
