using Slipway.Core.Analysis;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;

namespace Slipway.Core.Tests.Deployments;

/// <summary>What a rollout must keep at every moment, counted here a second time from its events and its clock alone.</summary>
internal sealed class RolloutPromises(DeploymentSpec spec)
{
    private readonly HashSet<string> _approvals = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Weight> _safe = [];
    private readonly List<int> _hooksDone = [];
    private bool _back;
    private bool _pausedByItself;
    private bool _personSaidGoOn;
    private bool _personSaidSkip;
    private bool _evidence;
    private bool _blind;
    private bool _held;
    private readonly HashSet<string> _signalled = [];
    private bool _hookSucceeded;
    private int _undone;
    private Weight _confirmed;
    private TimeSpan _time;
    private TimeSpan _healthy;

    /// <summary>Step that the events say is under way; the number of steps once they are done.</summary>
    public int Step { get; private set; } = -1;

    private bool Forward => spec.Kind is DeploymentKind.Forward;

    public static void Must(bool holds, string what)
    {
        if (!holds)
            throw new InvalidOperationException(what);
    }

    /// <summary>Time counts towards a hold while the split is in force, the checks can measure and nobody has paused.</summary>
    public void Pass(Deployment state, TimeSpan time)
    {
        var inForce = state.Confirmed is not null && (!state.CandidateWanted || state.CandidateInstances >= state.WantedCandidates);
        if (inForce && !state.IsPaused && !_blind)
            _healthy += time;
        if (!state.IsPaused)
            _time += time;
    }

    /// <param name="world">What the router really serves; null when somebody else changed it and nobody has looked since.</param>
    public void Check(Deployment before, DeploymentInput? input, IReadOnlyList<DeploymentEvent> events, Deployment after, TrafficSplit? world, DateTimeOffset now)
    {
        Must(!before.IsEnded || events.Count == 0, "an event after the end");
        Must(!(Rollout.NextWake(after, now) <= now), "wants to be woken in the past");
        Must(world is null || after.Phase is not Phase.RolledBack || !Sends(world), "rolled back, yet the world sends people to the candidate");
        Must(world is null || after.Phase is not Phase.Succeeded || world == TrafficSplit.Only(spec.Candidate.Candidate), "succeeded, yet the world does not send everyone to the candidate");
        Must(input is not DeploymentInput.Observed seen || after.IsEnded || after.Confirmed is null || after.Confirmed == seen.Split, "believes in a split that is not what was read back");
        if (events.Count > 0)
            CheckReached(after, now);
        foreach (var e in events)
            Follow(e);
        if (input is DeploymentInput.Analysed { Failures.IsEmpty: false } && before is { Phase: Phase.Progressing, Failures.IsEmpty: true } && Forward)
            Must(after.Phase is Phase.RollingBack or Phase.RolledBack || (spec.OnFail is OnFail.Pause && after is { IsPaused: true, PausedByItself: true }), "a failed check had no consequence");
        Must(Forward || input is DeploymentInput.Condemned or DeploymentInput.Answered || events.OfType<DeploymentEvent.RollbackStarted>().All(e => e.Cause is RollbackCause.Failed
            || (e.Cause is RollbackCause.Aborted && spec.LastResort && !before.CandidateReady)), "a rollback was rolled back");
    }

    /// <summary>Of a state that was not there before. Without events it is the one that was looked at already.</summary>
    private static void CheckReached(Deployment after, DateTimeOffset now)
    {
        Must(Rollout.Decide(after, new DeploymentInput.Tick(), now).Events.IsEmpty, "not at a fixed point");
        Must(!after.IsEnded || Rollout.Plan(after).IsEmpty, "wants something after the end");
        Must(after.IsEnded || after.Overdue is not null || Rollout.Plan(after).All(e => e is Effect.Watch) || Rollout.NextWake(after, now) is not null, "wants something and never gives it up");
        var story = Story.Of(after, now);
        Must(story is { Why.Length: > 0, Next.Length: > 0 }, "says neither why nor what next");
    }

    /// <summary>What may be asked of the outside world.</summary>
    public void CheckAsked(Effect effect, Deployment state)
    {
        switch (effect)
        {
            case Effect.ApplySplit apply:
                CheckSplit(apply.Split, state);
                break;
            case Effect.StartCandidate:
                Must(!_back, "starts a candidate on the way back");
                break;
            case Effect.RunHook hook when _back:
                Must(state.Confirmed is { Candidate: null }, "runs a hook before the traffic is back");
                Must(hook.Key == $"undo/{_undone}" && hook.Hook == Undoing().ElementAt(_undone), "does not undo in reverse order");
                break;
            case Effect.RunHook hook:
                Must(spec.Steps[Step] is HookStep step && step.Hook == hook.Hook && !_hookSucceeded, "runs a hook that is not its step's, or again");
                break;
        }
    }

    private void CheckSplit(TrafficSplit split, Deployment state)
    {
        Must(state.CandidateInstances > 0 || !Sends(split), "asks to send people to a candidate that is not ready");
        Must(split.Mirror == Weight.None || (state.CandidateInstances > 0 && !_back && split.Mirror == Shaped().Mirror), "mirrors when it should not");
        Must(split.Baseline == Weight.None || (state.BaselineInstances > 0 && split.Baseline <= split.Weight && split.Baseline.Value + split.Weight.Value <= Weight.Whole), "a baseline that is not there, or too large");
        if (_back)
        {
            Must(split.Stable == spec.Stable?.Candidate && split.Audience is null, "does not go back to the stable side");
            Must(split.Weight <= _confirmed, "sends more people to the candidate on the way back");
            Must(spec.Scaling is Scaling.Follow || split.Candidate is null, "leaves people on the candidate on the way back");
            Must(split.Candidate is null || split.Weight >= _confirmed || Weight.Whole - split.Weight.Value <= (long)Weight.Whole * state.StableInstances!.Value / state.Total, "sends more people back than the stable instances can take");
            return;
        }

        if (Step == spec.Steps.Length)
            return;
        var allowed = Shaped();
        Must(split.Stable == spec.Stable?.Candidate, "takes people from the stable side before all steps are done");
        Must(split.Weight <= allowed.Weight, $"asks for {split.Weight}, the step allows {allowed.Weight}");
        Must(split.Audience is null || allowed.Audience is not null, "asks for an audience before its step");
    }

    private bool Sends(TrafficSplit split) => split.Stable == spec.Candidate.Candidate || split.ReachesCandidate;

    private IEnumerable<HookSpec> Undoing() => Enumerable.Reverse(_hooksDone).Select(i => ((HookStep)spec.Steps[i]).Hook.Undo).OfType<HookSpec>().Concat(spec.OnRollback);

    private void Follow(DeploymentEvent e)
    {
        switch (e)
        {
            case DeploymentEvent.StepEntered entered:
                Leave(entered.Index);
                break;
            case DeploymentEvent.StepsCompleted:
                Leave(spec.Steps.Length);
                break;
            case DeploymentEvent.Succeeded:
                Must(!_back && Step == spec.Steps.Length, "succeeded without its steps");
                break;
            case DeploymentEvent.RollbackStarted:
                Must(!_back, "went back twice");
                _back = true;
                break;
            case DeploymentEvent.RolledBack:
                Must(_undone == Undoing().Count(), "did not undo everything");
                break;
            case DeploymentEvent.Approved approved:
                Must(spec.Steps[Step] is ApproveStep step && step.Allows(approved.By), "took an approval of somebody who may not");
                Must(spec.Steps[Step] is not ApproveStep { NotAuthor: true } || (approved.By != spec.Author && approved.By != spec.RequestedBy), "the author approved");
                _approvals.Add(approved.By);
                break;
            case DeploymentEvent.SplitConfirmed confirmed:
                _confirmed = confirmed.Split.Candidate is not null ? confirmed.Split.Weight : confirmed.Split.Stable == spec.Candidate.Candidate ? Weight.Full : Weight.None;
                break;
            case DeploymentEvent.Promoted:
                _personSaidGoOn = true;
                break;
            case DeploymentEvent.PromotedFully:
                _personSaidSkip = true;
                break;
            case DeploymentEvent.Paused paused:
                _pausedByItself |= paused.By == "slipway";
                break;
            case DeploymentEvent.Resumed:
                _personSaidGoOn |= _pausedByItself;
                _pausedByItself = false;
                break;
            case DeploymentEvent.Held:
                _held = true;
                break;
            case DeploymentEvent.Released:
                _held = false;
                break;
            case DeploymentEvent.MeasuringLost:
                _blind = true;
                break;
            case DeploymentEvent.MeasuringBack:
                _blind = false;
                break;
            case DeploymentEvent.SignalReceived signal:
                _ = signal.Signal.Passed ? _signalled.Add(signal.Signal.Name) : _signalled.Remove(signal.Signal.Name);
                break;
            case DeploymentEvent.HookSucceeded or DeploymentEvent.HookFailed when _back:
                _undone++;
                break;
            case DeploymentEvent.HookSucceeded:
                _hooksDone.Add(Step);
                _hookSucceeded = true;
                break;
            case DeploymentEvent.ShownSafe safe:
                _safe.Add(safe.Exposure);
                break;
            case DeploymentEvent.EvidenceSeen:
                _evidence = true;
                break;
        }
    }

    private void Leave(int to)
    {
        Must(!_back, "went forward on the way back");
        Must(!_held || !Forward, "took a step while it was held");
        Must(to == Step + 1 || (_personSaidSkip && to > Step && spec.Steps.Skip(Step + 1).Take(to - Step - 1).All(s => s is not (DeployStep or ApproveStep or HookStep))), "a step was skipped or entered again");
        if (Step >= 0)
            MayLeave(spec.Steps[Step]);
        (Step, _time, _healthy, _personSaidGoOn, _hookSucceeded) = (to, TimeSpan.Zero, TimeSpan.Zero, false, false);
        _approvals.Clear();
    }

    private void MayLeave(Step step)
    {
        if (step is ApproveStep approve)
            Must(_approvals.Count(approve.Allows) >= approve.Count, "went past an approval without it");
        if (_personSaidGoOn || (_personSaidSkip && step is not (DeployStep or ApproveStep or HookStep)))
            return;
        var hold = step switch { WeightStep w => w.Hold, BakeStep b => b.For, MirrorStep m => m.For, _ => TimeSpan.Zero };
        Must(_healthy >= hold, $"held {_healthy} of {hold}");
        Must(step is not PauseStep { For: null } && (step is not PauseStep { For: { } pause } || _time >= pause), "went past a pause");
        Must(step is not SignalStep signal || _signalled.Contains(signal.Name), "went past a signal that had not said yes");
        Must(step is not HookStep || _hookSucceeded, "went past a hook that had not succeeded");
        if (!spec.Checks.Any(c => c is not CheckSpec.Outage))
            return;
        var shaped = Shaped();
        var asked = spec.Slice is not Slice.None && (shaped.Weight > Weight.None || shaped.Audience is not null || shaped.Mirror > Weight.None);
        Must(step is not WeightStep { Hold.Ticks: > 0 } || _evidence, "took silence for success");
        Must(step is not (BakeStep { For.Ticks: > 0 } or MirrorStep { For.Ticks: > 0 }) || !asked || _evidence, "took silence for success while it waited");
        var exposure = Exposure.Of(spec.Slice, shaped);
        Must(step is not (WeightStep { UntilSafe: true } or CheckStep) || _safe.Any(s => s >= exposure), "went past a check that had not said safe");
    }

    private TrafficSplit Shaped() => spec.Steps.Take(Step + 1).Aggregate(TrafficSplit.Only(null), (split, step) => step switch
    {
        WeightStep w => split with { Weight = w.Weight, Mirror = Weight.None },
        SwitchStep => split with { Weight = Weight.Full, Audience = null, Mirror = Weight.None },
        AudienceStep a => split with { Audience = a.Rule },
        MirrorStep m => split with { Mirror = m.Weight },
        _ => split,
    });
}
