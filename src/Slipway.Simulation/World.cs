using System.Collections.Immutable;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Governance;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;

namespace Slipway.Simulation;

/// <summary>
/// A project on a virtual clock. Everything that decides is the real core; the world only answers it. The same project, world and seed
/// give the same run, event by event.
/// </summary>
public sealed class World
{
    private readonly WorldSpec _spec;
    private readonly Agenda _agenda = new();
    private readonly Chance _chance;
    private readonly Effects _effects;
    private readonly Traffic _traffic;
    private readonly Dictionary<DeploymentId, List<DeploymentEvent>> _events = [];
    private readonly Dictionary<DeploymentId, DateTimeOffset?> _wakes = [];
    private readonly List<LogEntry> _log = [];
    private DateTimeOffset? _due;

    public World(Project project, WorldSpec spec, ulong seed)
    {
        (_spec, _chance, Now) = (spec, new Chance(seed), spec.Start);
        Snapshot = new ProjectSnapshot(
            ProjectState.Evolve(ProjectState.Empty, new ProjectEvent.Applied(project, "simulation", Now)),
            ImmutableDictionary<EnvironmentName, EnvironmentState>.Empty, ImmutableDictionary<DeploymentId, Deployment>.Empty);
        _effects = new Effects(this, spec, _chance, _agenda);
        _traffic = new Traffic(this, spec, _chance, _agenda);
    }

    public ProjectSnapshot Snapshot { get; private set; }

    public DateTimeOffset Now { get; private set; }

    public IReadOnlyList<LogEntry> Log => _log;

    /// <summary>Everything that was decided of a deployment.</summary>
    public ImmutableArray<DeploymentEvent> Events(DeploymentId id) => [.. _events.GetValueOrDefault(id, [])];

    /// <summary>Deployments in the order in which they began.</summary>
    public IEnumerable<DeploymentId> Deployments => _events.Keys;

    /// <summary>Told of the virtual time now and then, for a progress bar.</summary>
    public Action<TimeSpan> Progress { get; init; } = _ => { };

    /// <summary>Runs until nothing can happen any more, or the world's time is over.</summary>
    public void Run(CancellationToken cancellationToken)
    {
        Install();
        foreach (var version in _spec.Versions.Where(v => v.At is not null))
            _agenda.Add(_spec.Start + version.At!.Value, () => Create(version));
        foreach (var act in _spec.People)
            _agenda.Add(_spec.Start + act.At, () => Do(act));
        var end = _spec.Start + _spec.Until;
        while (_agenda.Next is { } next && next <= end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Now = next;
            Progress(Now - _spec.Start);
            _agenda.Take()();
            Settle();
        }

        Now = _agenda.Next is null ? Now : end;
    }

    /// <summary>What an environment's router really serves.</summary>
    internal TrafficSplit Serves(EnvironmentName name) => _effects.Serves(name);

    /// <summary>Something happened to a deployment.</summary>
    internal void Tell(DeploymentId id, DeploymentInput input)
    {
        if (!Snapshot.Deployments.TryGetValue(id, out var before) || Rollout.Decide(before, input, Now).Events is not { IsEmpty: false } events)
            return;
        Record(id, before, input, events);
    }

    private void Record(DeploymentId id, Deployment before, DeploymentInput? input, ImmutableArray<DeploymentEvent> events)
    {
        var after = events.Aggregate(before, Rollout.Evolve);
        _events[id].AddRange(events);
        Snapshot = Snapshot with { Deployments = Snapshot.Deployments.SetItem(id, after) };
        _log.Add(LogEntry.Of(input, events, after));
        _effects.Reconcile(after);
        _traffic.Watch(after);
    }

    /// <summary>What serves before the time begins: deployed everywhere, with nothing said of it.</summary>
    private void Install()
    {
        foreach (var version in _spec.Versions.Where(v => v.At is null))
        {
            Evolve(new ProjectEvent.CandidateCreated(Candidate(version), Now));
            foreach (var environment in Snapshot.Configuration.Environments.Where(e => e.NotApplicable is null))
            {
                var spec = DeploymentRequests.Deploy(Snapshot, environment.Name, new DeployRequest(version.Name, version.By, "installed", Force: true), Now).Spec!;
                Evolve(environment.Name, new EnvironmentEvent.DeploymentCreated(spec, Now));
                Evolve(environment.Name, new EnvironmentEvent.DeploymentEnded(spec.Id, null, Now));
            }
        }

        Settle();
    }

    private void Create(SimulatedVersion version)
    {
        Evolve(new ProjectEvent.CandidateCreated(Candidate(version), Now));
        Note(Snapshot.Configuration.Id.Value, $"{version.By} created {version.Name}", []);
    }

    private Candidate Candidate(SimulatedVersion version) =>
        new(version.Name, Snapshot.Project.NextNumber, new Artifact(ArtifactKind.Reference, null, version.Name.Value, 0), null, version.By, Now);

    private void Do(Act act)
    {
        if (act.Flag is { } candidate)
            Mark(act, act.Unflags ? FlagCommands.Unflag(Snapshot, candidate, act.By, act.Reason ?? "no reason given", Now) : FlagCommands.Flag(Snapshot, candidate, act.By, act.Reason ?? "no reason given", Now));
        else if (act.StopsLine is { } stops)
            Govern(stops ? new GovernanceEvent.LineStopped(FreezeScope.Everything, act.By, act.Reason ?? "no reason given", Now) : new GovernanceEvent.LineReleased(FreezeScope.Everything, act.By, act.Reason, Now));
        else
            Carry(act.Environment, act.Command!, act.By);
    }

    private void Mark(Act act, CommandOutcome outcome)
    {
        foreach (var e in outcome.ProjectEvents)
            Evolve(e);
        Note(Snapshot.Configuration.Id.Value, $"{act.By} asks to {(act.Unflags ? "unflag" : "flag")} {act.Flag}", [outcome.Said]);
    }

    private void Govern(GovernanceEvent e)
    {
        Snapshot = Snapshot with { Governance = GovernanceState.Evolve(Snapshot.Governance, e) };
        Note(Snapshot.Configuration.Id.Value, EventWords.Of(e), []);
    }

    private void Carry(EnvironmentName name, EnvironmentCommand command, string by)
    {
        var outcome = EnvironmentCommands.Decide(Snapshot, name, command, Now);
        Note(name.Value, $"{by} asks to {command.GetType().Name.ToLowerInvariant()}", [outcome.Refusal is { } refusal ? $"refused: {refusal}" : outcome.Said]);
        foreach (var e in outcome.Events)
            Evolve(name, e);
        if (outcome.Begun is { } spec)
            Begin(spec);
        if (outcome.Tell is { } input && Snapshot.Of(name).Active is { } active)
            Tell(active.Id, input);
        foreach (var (member, asked) in outcome.Members)
            Carry(member, asked, by);
    }

    /// <summary>What follows between the parts of the project, and by time alone, until nothing does.</summary>
    private void Settle()
    {
        foreach (var id in Snapshot.Deployments.Keys.ToList())
        {
            if (_wakes.GetValueOrDefault(id) <= Now)
            {
                _wakes[id] = null;
                Tell(id, new DeploymentInput.Tick());
            }
        }

        for (var round = 0; round < 1000 && Coordination.Intents(Snapshot, Now) is { IsEmpty: false } intents && intents.Aggregate(false, (done, intent) => Follow(intent) | done); round++)
        {
        }

        foreach (var (id, deployment) in Snapshot.Deployments)
            WakeAt(id, Rollout.NextWake(deployment, Now));
        if (Coordination.NextWake(Snapshot, Now) is { } due && due != _due)
            _agenda.Add((_due = due).Value, () => { });
    }

    private void WakeAt(DeploymentId id, DateTimeOffset? wake)
    {
        if (wake is not { } at || _wakes.GetValueOrDefault(id) == at)
            return;
        _wakes[id] = at;
        _agenda.Add(at, () => { });
    }

    /// <summary>True when it changed something that more may follow from.</summary>
    private bool Follow(Intent intent)
    {
        switch (intent)
        {
            case Intent.FlagBad flag:
                Evolve(new ProjectEvent.CandidateFlagged(flag.Candidate, Coordination.Itself, flag.Why, Now));
                Note(Snapshot.Configuration.Id.Value, "a candidate was found bad", [$"{flag.Candidate} is flagged bad: {flag.Why}"]);
                return true;
            case Intent.Tell tell:
                var before = Snapshot.Deployments[tell.Id];
                Tell(tell.Id, tell.Input);
                return !ReferenceEquals(before, Snapshot.Deployments[tell.Id]);
            case Intent.Conclude conclude:
                Evolve(conclude.Environment, new EnvironmentEvent.DeploymentEnded(conclude.Id, conclude.Cause, Now));
                Snapshot = Snapshot with { Deployments = Snapshot.Deployments.Remove(conclude.Id) };
                return true;
            case Intent.RollBack back:
                return Begin(back.Environment, DeploymentRequests.Rollback(Snapshot, back.Environment, null, Coordination.Itself, back.Why));
            case Intent.Promote promote:
                return Begin(promote.Environment, DeploymentRequests.Deploy(Snapshot, promote.Environment, new DeployRequest(promote.Candidate, Coordination.Itself), Now));
            case Intent.Begin begin:
                return Begin(begin.Environment, begin.Item.IsRollback
                    ? DeploymentRequests.Rollback(Snapshot, begin.Environment, begin.Item.Request.Candidate, begin.Item.Request.By, begin.Item.Request.Reason)
                    : DeploymentRequests.Deploy(Snapshot, begin.Environment, begin.Item.Request, Now));
            case Intent.LeaveQueue leave:
                Evolve(leave.Environment, new EnvironmentEvent.QueueLeft(leave.Number, leave.Why, Now));
                return true;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private bool Begin(EnvironmentName name, RequestOutcome outcome)
    {
        if (outcome.Spec is not { } spec)
            return false;
        Evolve(name, new EnvironmentEvent.DeploymentCreated(spec, Now));
        Begin(spec);
        return true;
    }

    private void Begin(DeploymentSpec spec)
    {
        _events[spec.Id] = [];
        Record(spec.Id, Deployment.Empty, null, Rollout.Start(spec, Now));
    }

    private void Note(string subject, string input, ImmutableArray<string> decided) => _log.Add(new LogEntry(Now, subject, input, decided, ""));

    private void Evolve(ProjectEvent e) => Snapshot = Snapshot with { Project = ProjectState.Evolve(Snapshot.Project, e) };

    private void Evolve(EnvironmentName name, EnvironmentEvent e) =>
        Snapshot = Snapshot with { Environments = Snapshot.Environments.SetItem(name, EnvironmentState.Evolve(Snapshot.Of(name), e)) };
}
