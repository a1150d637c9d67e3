using Slipway.Core.Deployments;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;
using static Slipway.Core.Tests.Deployments.RolloutPromises;

namespace Slipway.Core.Tests.Deployments;

/// <summary>
/// One rollout in a world that has a will of its own: what the router serves and what runs is kept here, apart from what the core was
/// told. An effect may land without an answer, be answered late or twice or never, or fail although it landed.
/// </summary>
internal sealed class RolloutWorld
{
    private static readonly string[] People = ["ana", "bob", "sre"];

    private readonly DeploymentSpec _spec;
    private readonly RolloutPromises _promises;
    private readonly List<DeploymentEvent> _log = [];
    private readonly List<Effect> _inFlight = [];
    private DateTimeOffset _now = Given.Noon;
    private TrafficSplit _split;
    private TrafficSplit? _newest;
    private DeploymentInput? _lastAnswer;
    private bool _up;

    public RolloutWorld(DeploymentSpec spec)
    {
        (_spec, _promises, _split) = (spec, new RolloutPromises(spec), TrafficSplit.Only(spec.Stable?.Candidate));
        Save(null, Rollout.Start(spec, _now));
    }

    public Deployment State { get; private set; } = Deployment.Empty;

    public void Do(int op, int n)
    {
        switch (op)
        {
            case 0: Wait(TimeSpan.FromSeconds(n)); break;
            case 1: Wait(TimeSpan.FromMinutes(n)); break;
            case 2 or 3: Ask(n); break;
            case 4: Land(n); break;
            case 5 or 6 or 7: Answer(n, new EffectAnswer.Done()); break;
            case 8 when n < 12: Answer(n, new EffectAnswer.Failed("boom")); break;
            case 9 when _lastAnswer is { } again: Give(again); break;
            case 10 when n < 30: Crash(); break;
            case 11 when n < 20: _up = false; break;
            case 12: TellExit(); break;
            case 13: Give(new DeploymentInput.Analysed(n > 20, n > 60 ? new Weight(n * n * 7) : null, "no worse", [])); break;
            case 14 when n < 8: Give(new DeploymentInput.Analysed(true, null, "", [Given.Worse(n < 4 ? "errors" : "latency")])); break;
            case 15: Give(Command(n)); break;
        }
    }

    /// <summary>From now on everything works, and people answer what they are asked.</summary>
    public void Behave()
    {
        for (var i = 0; i < 400 && !State.IsEnded; i++)
        {
            if (State.IsPaused)
                Give(new DeploymentInput.Resume("ana"));
            else if (State is { CandidateWanted: true, CandidateReady: true } && !_up)
                TellExit();
            else if (_inFlight.Count > 0)
                Answer(0, new EffectAnswer.Done());
            else if (Rollout.Plan(State).Any(e => e is not Effect.Watch))
                Ask(0);
            else if (State.Step is ApproveStep)
                Give(new DeploymentInput.Approve(People[i % 3]));
            else
                Wait(Rollout.NextWake(State, _now) is { } wake ? wake - _now : throw new InvalidOperationException("waits for nothing"));
        }

        Must(State.IsEnded, "did not end");
        Land(0);
        Crash();
        Save(null, []);
    }

    private void Wait(TimeSpan time)
    {
        _promises.Pass(State, time);
        _now += time;
        Give(new DeploymentInput.Tick());
    }

    private void Ask(int n)
    {
        var open = Rollout.Plan(State).Where(e => e is not Effect.Watch && _inFlight.All(f => f.Key != e.Key)).ToList();
        if (open.Count == 0)
            return;
        var effect = open[n % open.Count];
        if (effect is Effect.ApplySplit apply)
        {
            _promises.CheckAsked(apply.Split, State.CandidateReady);
            _newest = apply.Split;
        }

        _inFlight.Add(effect);
    }

    /// <summary>It is so now, and nobody has been told. A router takes no older request after a newer one.</summary>
    private void Land(int n)
    {
        if (n % 2 == 0 && _newest is not null)
            _split = _newest;
        else if (_inFlight.OfType<Effect.StartCandidate>().Any())
            _up = true;
    }

    private void Answer(int n, EffectAnswer answer)
    {
        if (_inFlight.Count == 0)
            return;
        var effect = _inFlight[n % _inFlight.Count];
        _inFlight.Remove(effect);
        if (answer is EffectAnswer.Done)
            Land(effect);
        Give(_lastAnswer = new DeploymentInput.Answered(effect.Key, answer));
    }

    private void Land(Effect effect)
    {
        if (effect is Effect.StartCandidate)
            _up = true;
        else if (effect is Effect.ApplySplit apply && Rollout.Plan(State).Contains(apply))
            _split = apply.Split;
    }

    private void TellExit()
    {
        if (!_up && State.CandidateReady)
            Give(new DeploymentInput.CandidateExited(State.Exits, "exit code 1"));
    }

    /// <summary>The process is killed and comes back: all it has is what was saved, and no answer to anything it asked for comes any more.</summary>
    private void Crash()
    {
        _inFlight.Clear();
        var again = Rollout.Fold(_log);
        Must(Same(again, State), "folding the stored events gives another state");
        Must(Rollout.Plan(again).SequenceEqual(Rollout.Plan(State)), "folding the stored events gives another plan");
        State = again;
    }

    private static bool Same(Deployment a, Deployment b) =>
        a.ShownSafe.SequenceEqual(b.ShownSafe) && a.Failures.SequenceEqual(b.Failures) && a.Approvals.SequenceEqual(b.Approvals)
        && a == b with { ShownSafe = a.ShownSafe, Failures = a.Failures, Approvals = a.Approvals };

    private static DeploymentInput Command(int n)
    {
        var by = People[n % 3];
        return (n / 3) switch
        {
            0 => new DeploymentInput.Abort(by, null),
            1 => new DeploymentInput.Condemned(by, "loses orders"),
            < 8 => new DeploymentInput.Promote(by),
            < 14 => new DeploymentInput.Pause(by, null),
            < 22 => new DeploymentInput.Resume(by),
            _ => new DeploymentInput.Approve(by),
        };
    }

    private void Give(DeploymentInput input) => Save(input, Rollout.Decide(State, input, _now).Events);

    private void Save(DeploymentInput? input, IReadOnlyList<DeploymentEvent> events)
    {
        var before = State;
        _log.AddRange(events);
        State = events.Aggregate(State, Rollout.Evolve);
        _promises.Check(before, input, events, State, _split, _now);
        Must(State.StepIndex >= before.StepIndex, "a step went backwards");
        Must(_spec == State.Spec, "the spec changed");
    }
}
