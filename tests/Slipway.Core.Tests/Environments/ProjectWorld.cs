using System.Collections.Immutable;
using Slipway.Core.Configuration;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Governance;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Strategies;
using Slipway.Core.Tests.Deployments;
using Slipway.Core.Traffic;

namespace Slipway.Core.Tests.Environments;

/// <summary>A project whose deployments end as the test says, and that carries out every intent at once.</summary>
internal sealed class ProjectWorld
{
    public static readonly EnvironmentName Dogfood = new("dogfood");
    public static readonly EnvironmentName Canary = new("canary");
    public static readonly EnvironmentName Production = new("production");

    private readonly Dictionary<DeploymentId, List<DeploymentEvent>> _decided = [];
    private readonly List<(EnvironmentName Name, EnvironmentEvent Event)> _noted = [];

    public ProjectWorld(Project project) =>
        Snapshot = new ProjectSnapshot(ProjectState.Evolve(ProjectState.Empty, new ProjectEvent.Applied(project, "ana", Given.Noon)),
            ImmutableDictionary<EnvironmentName, EnvironmentState>.Empty, ImmutableDictionary<DeploymentId, Deployment>.Empty);

    public ProjectSnapshot Snapshot { get; private set; }

    public DateTimeOffset Now { get; private set; } = Given.Noon;

    /// <summary>Whether states are written and read back at every event.</summary>
    public bool ThroughJson { get; init; }

    /// <summary>Told of every deployment that begins by itself, before it does.</summary>
    public Action<DeploymentSpec> ByItself { get; init; } = _ => { };

    /// <summary>Told of every deployment that a person asked for and that waited for its turn, before it begins.</summary>
    public Action<DeploymentSpec> Queued { get; init; } = _ => { };

    /// <summary>Told of every deployment that ended, with what the environment served before and after it.</summary>
    public Action<DeploymentSpec, Workload?, Workload?> Ended { get; init; } = (_, _, _) => { };

    /// <summary>Dogfood, then canary, then production; each follows by itself.</summary>
    public static Project ThreeStages(TimeSpan bake = default, PromotionPolicy? production = null, OnFail onFail = OnFail.Rollback) => new()
    {
        Id = new ProjectId("shop"),
        Environments =
        [
            Stage(Dogfood, new Slice.Audience(Given.Employees), new PromotionPolicy.Automatic(bake), onFail),
            Stage(Canary, new Slice.Percent(new Weight(2_000)), new PromotionPolicy.Automatic(bake), onFail, Dogfood),
            Stage(Production, new Slice.Rest(), production ?? new PromotionPolicy.Automatic(bake), onFail, Canary),
        ],
    };

    public EnvironmentState Of(EnvironmentName name) => Snapshot.Of(name);

    public string? Serving(EnvironmentName name) => Of(name).Stable?.Candidate.Value;

    public ProjectWorld Create(string version)
    {
        var number = Snapshot.Project.NextNumber;
        return Tell(new ProjectEvent.CandidateCreated(new Candidate(new CandidateId(version), number, Given.Archive(version), null, "ci", Now), Now));
    }

    /// <summary>What housekeeping does, with little patience.</summary>
    public ProjectWorld Forget(TimeSpan keep, int newest)
    {
        Tell(new ProjectEvent.CandidatesForgotten(Forgetting.Candidates(Snapshot, keep, Now, newest), Now));
        foreach (var name in Snapshot.Configuration.Places)
            Evolve(name, new EnvironmentEvent.CandidatesForgotten(Forgetting.Left(Snapshot.Project, Snapshot.Of(name)), Now));
        return Coordinate();
    }

    public ProjectWorld Flag(string version) => Tell(new ProjectEvent.CandidateFlagged(new CandidateId(version), "bob", "loses orders", Now));

    public ProjectWorld Unflag(string version) => Tell(new ProjectEvent.CandidateUnflagged(new CandidateId(version), "bob", "was the database", Now));

    /// <summary>Gives a command that concerns a candidate and carries out what follows.</summary>
    public CommandOutcome Mark(CommandOutcome outcome)
    {
        foreach (var e in outcome.ProjectEvents)
            Tell(e);
        return outcome;
    }

    public ProjectWorld After(TimeSpan time)
    {
        Now += time;
        return Coordinate();
    }

    public Problem? Deploy(EnvironmentName name, string version, bool force = false) =>
        Act(name, new EnvironmentCommand.Deploy(new DeployRequest(new CandidateId(version), "ana", force ? "urgent" : null, force))).Refusal;

    public Problem? RollBack(EnvironmentName name, string? to = null) =>
        Act(name, new EnvironmentCommand.Rollback(to is null ? null : new CandidateId(to), "ana", null)).Refusal;

    /// <summary>Gives a command and carries out what follows.</summary>
    public CommandOutcome Act(EnvironmentName name, EnvironmentCommand command)
    {
        var outcome = EnvironmentCommands.Decide(Snapshot, name, command, Now);
        foreach (var e in outcome.Events)
        {
            Evolve(name, e);
            if (e is EnvironmentEvent.DeploymentCreated created)
                Begin(created.Spec);
        }

        if (outcome.Tell is { } input)
            Tell(Snapshot.Of(name).Active!.Id, input);
        foreach (var (member, asked) in outcome.Members)
            Act(member, asked);
        Coordinate();
        return outcome;
    }

    /// <summary>The deployment under way succeeds; one that was condemned goes back instead.</summary>
    public ProjectWorld Succeed(EnvironmentName name) => End(name, d => d.Phase is Phase.RollingBack ? d with { Phase = Phase.RolledBack } : d with { Phase = Phase.Succeeded });

    public ProjectWorld Fail(EnvironmentName name, RollbackCause cause) =>
        End(name, d => d.Phase is Phase.RollingBack ? d with { Phase = Phase.RolledBack } : d with { Phase = Phase.RolledBack, Cause = cause, Why = "errors" });

    /// <summary>Everything under way succeeds, and whatever follows from that, until nothing does.</summary>
    public ProjectWorld SucceedAll()
    {
        for (var i = 0; ; i++)
        {
            if (Snapshot.Environments.FirstOrDefault(e => e.Value.Active is not null) is not { Value: not null } busy)
                return this;
            RolloutPromises.Must(i < 200, "deployments follow each other for ever");
            Succeed(busy.Key);
        }
    }

    public ProjectWorld Coordinate()
    {
        for (var i = 0; Coordination.Intents(Snapshot, Now) is { IsEmpty: false } intents; i++)
        {
            RolloutPromises.Must(i < 50, $"intents have no end: {string.Join(", ", intents)}");
            foreach (var intent in intents)
                CarryOut(intent);
        }

        return this;
    }

    private static EnvironmentSpec Stage(EnvironmentName name, Slice slice, PromotionPolicy promote, OnFail onFail, params EnvironmentName[] after) => new()
    {
        Name = name, After = [.. after], Slice = slice, Deploy = Given.Recipe, Promote = promote, OnFail = onFail,
        Strategy = [new DeployStep(), Given.Percent(10, 60), Given.Percent(100)], Checks = Given.Errors,
    };

    private void CarryOut(Intent intent)
    {
        switch (intent)
        {
            case Intent.FlagBad flag:
                Snapshot = Snapshot with { Project = ProjectState.Evolve(Snapshot.Project, new ProjectEvent.CandidateFlagged(flag.Candidate, "slipway", flag.Why, Now)) };
                break;
            case Intent.Tell tell:
                Tell(tell.Id, tell.Input);
                break;
            case Intent.Conclude conclude:
                var before = Of(conclude.Environment);
                Evolve(conclude.Environment, new EnvironmentEvent.DeploymentEnded(conclude.Id, conclude.Cause, Now));
                Ended(before.Active!, before.Stable, Of(conclude.Environment).Stable);
                break;
            case Intent.RollBack back:
                Start(back.Environment, DeploymentRequests.Rollback(Snapshot, back.Environment, null, "slipway", back.Why), ByItself);
                break;
            case Intent.Promote promote:
                Start(promote.Environment, DeploymentRequests.Deploy(Snapshot, promote.Environment, new DeployRequest(promote.Candidate, "slipway"), Now), ByItself);
                break;
            case Intent.Begin begin:
                Start(begin.Environment, begin.Item.IsRollback
                    ? DeploymentRequests.Rollback(Snapshot, begin.Environment, begin.Item.Request.Candidate, begin.Item.Request.By, null)
                    : DeploymentRequests.Deploy(Snapshot, begin.Environment, begin.Item.Request, Now), Queued);
                break;
            case Intent.LeaveQueue leave:
                Evolve(leave.Environment, new EnvironmentEvent.QueueLeft(leave.Number, leave.Why, Now));
                break;
        }
    }

    /// <summary>The deployment under way hears something.</summary>
    public ProjectWorld Tell(EnvironmentName name, DeploymentInput input)
    {
        Tell(Snapshot.Of(name).Active!.Id, input);
        return Coordinate();
    }

    public ProjectWorld Govern(GovernanceEvent e)
    {
        Snapshot = Snapshot with { Governance = GovernanceState.Evolve(Snapshot.Governance, e) };
        return Coordinate();
    }

    public ProjectWorld Apply(Project project) => Tell(new ProjectEvent.Applied(project, "ana", Now));

    /// <summary>Time has passed for every deployment under way.</summary>
    public ProjectWorld TickAll()
    {
        foreach (var spec in Snapshot.Environments.Values.Select(e => e.Active).OfType<DeploymentSpec>().ToList())
            Tell(spec.Id, new DeploymentInput.Tick());
        return Coordinate();
    }

    /// <summary>What was decided in the newest deployment of an environment, by the names of its events.</summary>
    public IEnumerable<string> Events(EnvironmentName name) =>
        _decided.GetValueOrDefault(DeploymentId.Of(new EnvironmentKey(Snapshot.Configuration.Id, name), Snapshot.Of(name).Count), []).Select(e => e.GetType().Name);

    /// <summary>What became true of an environment, by the names of its events.</summary>
    public IEnumerable<string> Noted(EnvironmentName name) => _noted.Where(n => n.Name == name).Select(n => n.Event.GetType().Name);

    private void Tell(DeploymentId id, DeploymentInput input)
    {
        var deployment = Snapshot.Deployments[id];
        var events = Rollout.Decide(deployment, input, Now).Events;
        _decided[id].AddRange(events);
        Put(events.Aggregate(deployment, Rollout.Evolve));
    }

    private void Begin(DeploymentSpec spec)
    {
        var events = Rollout.Start(spec, Now);
        _decided[spec.Id] = [.. events];
        Put(Rollout.Fold(events));
    }

    private void Start(EnvironmentName name, RequestOutcome outcome, Action<DeploymentSpec> watch)
    {
        if (outcome.Spec is not { } spec)
            return;
        watch(spec);
        Evolve(name, new EnvironmentEvent.DeploymentCreated(spec, Now));
        Begin(spec);
    }

    private ProjectWorld End(EnvironmentName name, Func<Deployment, Deployment> end)
    {
        if (Snapshot.Active(name) is { } deployment)
            Put(end(deployment));
        return Coordinate();
    }

    private ProjectWorld Tell(ProjectEvent e)
    {
        Snapshot = Snapshot with { Project = ProjectState.Evolve(Snapshot.Project, e) };
        return Coordinate();
    }

    private void Put(Deployment deployment) => Snapshot = Snapshot with { Deployments = Snapshot.Deployments.SetItem(deployment.Spec.Id, deployment) };

    private void Evolve(EnvironmentName name, EnvironmentEvent e)
    {
        _noted.Add((name, e));
        Snapshot = Snapshot with { Environments = Snapshot.Environments.SetItem(name, EnvironmentState.Evolve(Snapshot.Of(name), e)) };
        if (ThroughJson)
        {
            Snapshot = Snapshot with
            {
                Project = StateJson.Read<ProjectState>(StateJson.Write(Snapshot.Project)),
                Environments = Snapshot.Environments.ToImmutableDictionary(s => s.Key, s => StateJson.Read<EnvironmentState>(StateJson.Write(s.Value))),
            };
        }
    }
}
