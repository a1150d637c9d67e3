using Slipway.Core.Analysis;
using Slipway.Core.Deployments;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;

namespace Slipway.Core.Tests.Deployments;

/// <summary>What a rollout must keep at every moment, counted here a second time from its events and its clock alone.</summary>
internal sealed class RolloutPromises(DeploymentSpec spec)
{
    private readonly HashSet<string> _approvals = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Weight> _safe = [];
    private bool _back;
    private bool _pausedByItself;
    private bool _personSaidGoOn;
    private bool _evidence;
    private TimeSpan _held;

    /// <summary>Step that the events say is under way; the number of steps once they are done.</summary>
    public int Step { get; private set; } = -1;

    public static void Must(bool holds, string what)
    {
        if (!holds)
            throw new InvalidOperationException(what);
    }

    /// <summary>Time counts towards a hold while the split is in force and nobody has paused.</summary>
    public void Pass(Deployment state, TimeSpan time)
    {
        var inForce = state.Confirmed is not null && (state.CandidateReady || !state.CandidateWanted);
        _held = !inForce ? TimeSpan.Zero : state.IsPaused ? _held : _held + time;
    }

    public void Check(Deployment before, DeploymentInput? input, IReadOnlyList<DeploymentEvent> events, Deployment after, TrafficSplit world, DateTimeOffset now)
    {
        Must(!before.IsEnded || events.Count == 0, "an event after the end");
        Must(Rollout.Decide(after, new DeploymentInput.Tick(), now).Events.IsEmpty, "not at a fixed point");
        Must(!after.IsEnded || Rollout.Plan(after).IsEmpty, "wants something after the end");
        Must(!(Rollout.NextWake(after, now) <= now), "wants to be woken in the past");
        Must(after.Phase is not Phase.RolledBack || !Sends(world), "rolled back, yet the world sends people to the candidate");
        Must(after.Phase is not Phase.Succeeded || world == TrafficSplit.Only(spec.Candidate.Candidate), "succeeded, yet the world does not send everyone to the candidate");
        foreach (var e in events)
            Follow(e);
        if (after.Confirmed is null || (after.CandidateWanted && !after.CandidateReady))
            _held = TimeSpan.Zero;
        if (input is DeploymentInput.Analysed { Failures.IsEmpty: false } && before is { Phase: Phase.Progressing, Failures.IsEmpty: true } && spec.Kind is DeploymentKind.Forward)
            Must(after.Phase is Phase.RollingBack or Phase.RolledBack || (spec.OnFail is Projects.OnFail.Pause && after is { IsPaused: true, PausedByItself: true }), "a failed check had no consequence");
        Must(spec.Kind is DeploymentKind.Forward || input is DeploymentInput.Condemned or DeploymentInput.Answered || !events.OfType<DeploymentEvent.RollbackStarted>().Any(), "a rollback was rolled back");
    }

    /// <summary>What may be asked of the router.</summary>
    public void CheckAsked(TrafficSplit split, bool candidateIsReady)
    {
        Must(candidateIsReady || !Sends(split), "asks to send people to a candidate that is not ready");
        var allowed = Shaped();
        if (Step == spec.Steps.Length && !_back)
            return;
        Must(split.Stable == spec.Stable?.Candidate, "takes people from the stable side before all steps are done");
        Must(split.Weight <= (_back ? Weight.None : allowed.Weight), $"asks for {split.Weight}, the step allows {allowed.Weight}");
        Must(split.Audience is null || (allowed.Audience is not null && !_back), "asks for an audience before its step");
    }

    private bool Sends(TrafficSplit split) => split.Stable == spec.Candidate.Candidate || split.ReachesCandidate;

    private void Follow(DeploymentEvent e)
    {
        switch (e)
        {
            case DeploymentEvent.StepEntered entered:
                Must(entered.Index == Step + 1, "a step was skipped or entered again");
                Leave();
                break;
            case DeploymentEvent.StepsCompleted:
                Must(Step + 1 == spec.Steps.Length, "not all steps were done");
                Leave();
                break;
            case DeploymentEvent.Succeeded:
                Must(!_back && Step == spec.Steps.Length, "succeeded without its steps");
                break;
            case DeploymentEvent.RollbackStarted:
                Must(!_back, "went back twice");
                _back = true;
                break;
            case DeploymentEvent.Approved approved:
                _approvals.Add(approved.By);
                break;
            case DeploymentEvent.Promoted:
                _personSaidGoOn = true;
                break;
            case DeploymentEvent.Paused paused:
                _pausedByItself |= paused.By == "slipway";
                break;
            case DeploymentEvent.Resumed:
                _personSaidGoOn |= _pausedByItself;
                _pausedByItself = false;
                break;
            case DeploymentEvent.ShownSafe safe:
                _safe.Add(safe.Exposure);
                break;
            case DeploymentEvent.EvidenceSeen:
                _evidence = true;
                break;
        }
    }

    private void Leave()
    {
        Must(!_back, "went forward on the way back");
        if (Step >= 0)
            MayLeave(spec.Steps[Step]);
        (Step, _held, _personSaidGoOn) = (Step + 1, TimeSpan.Zero, false);
        _approvals.Clear();
    }

    private void MayLeave(Step step)
    {
        if (step is ApproveStep approve)
            Must(_approvals.Count(approve.Allows) >= approve.Count, "went past an approval without it");
        if (_personSaidGoOn)
            return;
        var hold = step switch { WeightStep w => w.Hold, BakeStep b => b.For, _ => TimeSpan.Zero };
        Must(_held >= hold, $"held {_held} of {hold}");
        if (!spec.Checks.Any(c => c is not CheckSpec.Outage))
            return;
        Must(step is not WeightStep { Hold.Ticks: > 0 } || _evidence, "took silence for success");
        var exposure = Exposure.Of(spec.Slice, Shaped());
        Must(step is not (WeightStep { UntilSafe: true } or CheckStep) || _safe.Any(s => s >= exposure), "went past a check that had not said safe");
    }

    private TrafficSplit Shaped() => spec.Steps.Take(Step + 1).Aggregate(TrafficSplit.Only(null), (split, step) => step switch
    {
        WeightStep w => split with { Weight = w.Weight },
        AudienceStep a => split with { Audience = a.Rule },
        _ => split,
    });
}
