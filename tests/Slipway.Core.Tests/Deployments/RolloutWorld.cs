using System.Collections.Immutable;
using System.Globalization;
using Slipway.Core.Deployments;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;
using static Slipway.Core.Tests.Deployments.RolloutPromises;

namespace Slipway.Core.Tests.Deployments;

/// <summary>
/// One rollout in a world that has a will of its own: what the router serves and what runs is kept here, apart from what the core was
/// told. An effect may land without an answer, be answered late or twice or never, or fail although it landed; a router may say that it
/// did what it did not, and somebody may change it by hand; instances of either side die; two owners may both believe that the rollout is
/// theirs, and both act on it.
/// </summary>
internal sealed class RolloutWorld
{
    public const int Ops = 33;

    private static readonly string[] People = ["ana", "bob", "sre"];

    private readonly DeploymentSpec _spec;
    private readonly RolloutPromises _promises;
    private readonly List<DeploymentEvent> _log = [];
    private readonly List<Effect> _inFlight = [];
    private DateTimeOffset _now = Given.Noon;
    private TrafficSplit _split;
    private Effect.ApplySplit? _newest;
    private readonly List<DeploymentInput> _answers = [];
    private int _taken;
    private bool _tampered;
    private int _up;
    private (Deployment State, int Version) _other;

    public RolloutWorld(DeploymentSpec spec)
    {
        (_spec, _promises, _split) = (spec, new RolloutPromises(spec), TrafficSplit.Only(spec.Stable?.Candidate));
        Save(null, Rollout.Start(spec, _now));
        _other = (State, _log.Count);
    }

    public Deployment State { get; private set; } = Deployment.Empty;

    /// <summary>Everything that was decided and saved.</summary>
    public IReadOnlyList<DeploymentEvent> Log => _log;

    public void Do(int op, int n)
    {
        switch (op)
        {
            case 0: Wait(TimeSpan.FromSeconds(n)); break;
            case 1: Wait(TimeSpan.FromMinutes(n)); break;
            case 2 or 3: Ask(n); break;
            case 4: Land(n); break;
            case 5 or 6 or 7: Answer(n, null); break;
            case 8 when n < 12: Answer(n, new EffectAnswer.Failed("boom")); break;
            case 9 when _answers.Count > 0: Give(_answers[n % _answers.Count]); break;
            case 10 when n < 30: Crash(); break;
            case 11 when n < 20: _up = Math.Max(0, _up - 1); break;
            case 12: TellExit(); break;
            case 13: Give(new DeploymentInput.Analysed(n > 20, n > 60 ? new Weight(n * n * 7) : null, "no worse", [])); break;
            case 14 when n < 8: Give(new DeploymentInput.Analysed(true, null, "", [Given.Worse(n < 4 ? "errors" : "latency")])); break;
            case 15: Give(Command(n)); break;
            case 16: Give(new DeploymentInput.Analysed(true, null, "", []) { Blind = n % 2 == 0 ? "the gateway is silent" : null }); break;
            case 17: Give(new DeploymentInput.Hold(n % 2 == 0 ? "the line is stopped" : null)); break;
            case 18 when n < 60: Give(new DeploymentInput.Signalled(new Signal(n % 2 == 0 ? "qa" : "load", n > 6, "ci", null))); break;
            case 19: Give(new DeploymentInput.Observed(_split)); break;
            case 20: PartlyReady(n); break;
            case 21 when n < 10: Give(new DeploymentInput.Scale(1 + (n % 5), "slipway")); break;
            case 22 when n < 3: Give(new DeploymentInput.Superseded(new("3.0.0"), "ana")); break;
            case 23 or 24: OtherOwner(n); break;
            case 25 when n < 10: Wait(TimeSpan.FromDays(n)); break;
            case 26: Lose(n); break;
            case 27 when n < 20: Tamper(n); break;
            case 28 when _spec.Stable is { } stable: Give(new DeploymentInput.InstancesReady(stable.Candidate, n % (State.Total + 1))); break;
            case 29 or 30: OtherOwnerActs(); break;
            case 31 when Rollout.NextWake(State, _now) is { } wake: Wait(wake - _now); break;
            case 32 when n < 15: Answer(n, new EffectAnswer.Failed("boom")); break;
        }
    }

    /// <summary>From now on everything works, and people answer what they are asked.</summary>
    public void Behave()
    {
        Give(new DeploymentInput.Observed(_split));
        for (var i = 0; i < 600 && !State.IsEnded; i++)
        {
            if (State.IsPaused)
                Give(new DeploymentInput.Resume("bob"));
            else if (State is { Phase: Phase.Progressing, HeldWhy: not null })
                Give(new DeploymentInput.Hold(null));
            else if (State is { Phase: Phase.Progressing, Blind: not null })
                Give(new DeploymentInput.Analysed(true, null, "", []));
            else if (State is { CandidateWanted: true } && _up < State.CandidateInstances)
                TellExit();
            else if (_inFlight.Count > 0)
                Answer(0, null);
            else if (Rollout.Plan(State).Any(e => e is not Effect.Watch))
                Ask(0);
            else if (State.Step is ApproveStep)
                Give(new DeploymentInput.Approve(People[i % 3]));
            else if (State.Step is SignalStep signal && State.Signals.All(s => s.Name != signal.Name || !s.Passed))
                Give(new DeploymentInput.Signalled(new Signal(signal.Name, true, "ci", null)));
            else
                Wait(Rollout.NextWake(State, _now) is { } wake ? wake - _now : throw new InvalidOperationException($"waits for nothing: {State.Phase} {State.CandidateInstances} of {State.WantedCandidates}, stable {State.StableInstances} of {State.WantedStables}, {State.Confirmed}, {State.Step}"));
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

    /// <summary>The answer to something never comes, whether it was done or not; it will be asked for again.</summary>
    private void Lose(int n)
    {
        if (_inFlight.Count == 0)
            return;
        var effect = _inFlight[n % _inFlight.Count];
        _inFlight.Remove(effect);
        if (n < 50)
            Land(effect);
    }

    /// <summary>Somebody changes the router by hand. Until it is read back, nobody can know.</summary>
    private void Tamper(int n)
    {
        _split = n % 2 == 0 ? TrafficSplit.Only(n % 4 == 0 ? _spec.Candidate.Candidate : _spec.Stable?.Candidate)
            : new TrafficSplit(_spec.Stable?.Candidate, _spec.Candidate.Candidate, new Weight(n * 5_000), null);
        _tampered = true;
    }

    /// <summary>An owner that does not know that it has lost the rollout asks for what its old state wants.</summary>
    private void OtherOwnerActs()
    {
        if (Rollout.Plan(_other.State).OfType<Effect.ApplySplit>().FirstOrDefault() is { } apply)
            Take(apply);
    }

    /// <summary>A router takes nothing that is older than what it has, whoever asks.</summary>
    private void Take(Effect.ApplySplit apply)
    {
        if (Number(apply) >= _taken)
            (_split, _taken, _tampered) = (apply.Split, Number(apply), false);
    }

    private static int Number(Effect.ApplySplit apply) => int.Parse(apply.Key["split/".Length..], CultureInfo.InvariantCulture);

    private void Ask(int n)
    {
        var open = Rollout.Plan(State).Where(e => e is not Effect.Watch && _inFlight.All(f => f.Key != e.Key)).ToList();
        if (open.Count == 0)
            return;
        var effect = open[n % open.Count];
        _promises.CheckAsked(effect, State);
        if (effect is Effect.ApplySplit apply)
            _newest = apply;
        _inFlight.Add(effect);
    }

    /// <summary>It is so now, and nobody has been told.</summary>
    private void Land(int n)
    {
        if (n % 2 == 0 && _newest is not null)
            Take(_newest);
        else if (_inFlight.OfType<Effect.StartCandidate>().LastOrDefault() is { } start)
            _up = start.Instances;
    }

    private void Answer(int n, EffectAnswer? failure)
    {
        if (_inFlight.Count == 0)
            return;
        var effect = _inFlight[n % _inFlight.Count];
        _inFlight.Remove(effect);
        if (failure is null && n % 7 != 6)
            Land(effect);
        if ((failure ?? ReadBack(effect)) is { } answer)
            Give(Answered(new DeploymentInput.Answered(effect.Key, answer)));
    }

    /// <summary>Any answer may come once more, at any time.</summary>
    private DeploymentInput Answered(DeploymentInput answer)
    {
        _answers.Add(answer);
        return answer;
    }

    /// <summary>A router that did nothing may say it did; what is read back, and of which request it is, tells the truth. Null: nobody can tell.</summary>
    private EffectAnswer? ReadBack(Effect effect) => effect is not Effect.ApplySplit apply ? new EffectAnswer.Done()
        : _taken < Number(apply) && _split == apply.Split ? null
        : new EffectAnswer.Serves(_split);

    private void Land(Effect effect)
    {
        if (effect is Effect.StartCandidate start)
            _up = start.Instances;
        else if (effect is Effect.ApplySplit apply && Rollout.Plan(State).Contains(apply))
            Take(apply);
    }

    private void PartlyReady(int n)
    {
        if (_inFlight.OfType<Effect.StartCandidate>().LastOrDefault() is { } start)
        {
            _up = Math.Max(_up, n % (start.Instances + 1));
            Give(new DeploymentInput.InstancesReady(_spec.Candidate.Candidate, _up));
        }
        else if (_spec.Stable is { } stable)
        {
            Give(new DeploymentInput.InstancesReady(stable.Candidate, n % (State.Total + 1)));
        }
    }

    private void TellExit()
    {
        if (_up < State.CandidateInstances)
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

    /// <summary>Somebody else decides on what they last read. What they decide counts only if nobody saved since.</summary>
    private void OtherOwner(int n)
    {
        var input = n % 3 == 0 ? Command(n) : new DeploymentInput.Tick();
        var events = Rollout.Decide(_other.State, input, _now).Events;
        if (_other.Version == _log.Count)
            Save(input, events);
        _other = (State, _log.Count);
    }

    private static bool Same(Deployment a, Deployment b) =>
        a.ShownSafe.SequenceEqual(b.ShownSafe) && a.Failures.SequenceEqual(b.Failures) && a.Approvals.SequenceEqual(b.Approvals)
        && a.Signals.SequenceEqual(b.Signals) && a.HooksDone.SequenceEqual(b.HooksDone)
        && a == b with { ShownSafe = a.ShownSafe, Failures = a.Failures, Approvals = a.Approvals, Signals = a.Signals, HooksDone = a.HooksDone };

    private static DeploymentInput Command(int n)
    {
        var by = People[n % 3];
        return (n / 3) switch
        {
            0 => new DeploymentInput.Abort(by, null),
            1 => new DeploymentInput.Condemned(by, "loses orders"),
            2 => new DeploymentInput.Reject(by, "not today"),
            3 => new DeploymentInput.Promote(by, Fully: true),
            < 10 => new DeploymentInput.Promote(by),
            < 15 => new DeploymentInput.Pause(by, null),
            < 23 => new DeploymentInput.Resume(by),
            _ => new DeploymentInput.Approve(by),
        };
    }

    private void Give(DeploymentInput input) => Save(input, Rollout.Decide(State, input, _now).Events);

    private void Save(DeploymentInput? input, IReadOnlyList<DeploymentEvent> events)
    {
        var before = State;
        _log.AddRange(events);
        State = events.Aggregate(State, Rollout.Evolve);
        _promises.Check(before, input, events, State, _tampered ? null : _split, _now);
        Must(State.StepIndex >= before.StepIndex, "a step went backwards");
        Must(_spec == State.Spec, "the spec changed");
        if (events.Count > 0)
            CheckPunctual();
    }

    /// <summary>
    /// Time alone changes something no earlier than was said: whoever sleeps until then misses nothing. And whoever wakes then finds something to
    /// decide, or is told to sleep on: nobody is woken over and over.
    /// </summary>
    private void CheckPunctual()
    {
        var wake = Rollout.NextWake(State, _now);
        Must(wake <= _now || Rollout.Decide(State, new DeploymentInput.Tick(), (wake ?? _now.AddDays(1000)).AddTicks(-1)).Events.IsEmpty, "something comes due before it was said to");
        Must(wake is null || !Rollout.Decide(State, new DeploymentInput.Tick(), wake.Value).Events.IsEmpty || Rollout.NextWake(State, wake.Value) != wake, "nothing comes due when it was said to");
    }
}
