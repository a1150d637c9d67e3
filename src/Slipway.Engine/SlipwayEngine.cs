using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Slipway.Core.Analysis;
using Slipway.Core.Configuration;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Governance;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;
using Slipway.Engine.Deployments;
using Slipway.Engine.Feed;
using Slipway.Engine.Instances;
using Slipway.Engine.Ports;
using Slipway.Engine.Recording;
using Slipway.Engine.Streams;
using Slipway.Engine.Traffic;

namespace Slipway.Engine;

/// <summary>The running engine: what an API, a page or a test asks and tells. Everything it says was saved first.</summary>
public sealed partial class SlipwayEngine : IAsyncDisposable
{
    private readonly IEventStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ProjectDirectory _projects;
    private readonly InstanceBoard _board = new();
    private readonly TrafficDirector _traffic;
    private readonly Recordings _recordings;
    private readonly Watcher _watcher;
    private readonly Coordinator _coordinator;
    private readonly InstanceKeeper _keeper;
    private readonly Observer _observer;
    private readonly OwnedProjects _owned;
    private readonly IProjectOwners? _owners;
    private readonly RemoteProjects? _remote;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _restored = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _changing = new(1, 1);
    private ImmutableHashSet<ProjectId> _restoredProjects = [];
    private ProjectFollower? _follower;
    private long _restoredAt;
    private Task _work = Task.CompletedTask;

    /// <param name="owners">Who acts for which project; null: this process does for all.</param>
    public SlipwayEngine(
        IEventStore store, IDeployer deployer, ITrafficRouter router, IHookRunner hooks, TrafficBoard counts, EventFeed feed, IAnalysisStore analyses, TimeProvider time,
        ILogger<SlipwayEngine> logger, IProjectOwners? owners = null, IEnumerable<IMetricSource>? sources = null)
    {
        (_store, _time, _logger, Counts, Feed, _owners) = (store, time, logger, counts, feed, owners);
        _owned = new OwnedProjects(all: owners is null);
        _remote = owners is null ? null : new RemoteProjects(owners, time);
        _projects = new ProjectDirectory(store, feed, time);
        _traffic = new TrafficDirector(router, _board, _projects);
        _recordings = new Recordings(analyses, time, logger);
        _watcher = new Watcher(counts, _traffic, _projects, _recordings, sources ?? [], time);
        _coordinator = new Coordinator(_projects, _owned, owners, new EffectHandler(deployer, hooks, _board, _traffic, _watcher, owners, time), _traffic.IsSuperseded, id => ReleaseAsync(id, lost: true, CancellationToken.None), feed, time, logger);
        _keeper = new InstanceKeeper(deployer, _board, _traffic, _projects, _owned, owners, feed, _coordinator.Tell, time, logger);
        _observer = new Observer(_traffic, _projects, _owned, _coordinator.Tell, time, logger);
    }

    public EventFeed Feed { get; }

    public TrafficBoard Counts { get; }

    public ImmutableArray<ProjectId> Projects => [.. _projects.Projects];

    /// <summary>Restores what is known, then goes on with what was under way.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await RestoreAsync(cancellationToken);
        Act();
    }

    /// <summary>Reads the store, takes stock of what runs and restores the routes. Nothing is decided yet.</summary>
    public async Task RestoreAsync(CancellationToken cancellationToken)
    {
        // Asked for before anything is read: what is stored meanwhile is read once more, and does no harm.
        _restoredAt = await _store.LastPositionAsync(cancellationToken);
        await _projects.LoadAsync(cancellationToken);
        _restoredProjects = IsAlone ? [.. _projects.Projects] : [];
        if (IsAlone)
            await _keeper.TakeStockAsync(cancellationToken);
        await _traffic.RestoreAsync(Directions(_restoredProjects), cancellationToken);
    }

    private bool IsAlone => _owners is null or { Alone: true };

    /// <summary>Goes on with what was under way; everything was restored before.</summary>
    public void Act()
    {
        _follower = IsAlone ? null : new(_projects, Feed, id => _coordinator.Tell(id, new DeploymentInput.Tick()), p => _owned.Owns(p.Id) ? _traffic.ConfigureAsync(p) : Task.CompletedTask, _time, _logger);
        _restored.TrySetResult();
        _work = Task.WhenAll(
            _follower is { } follower ? Task.Run(() => follower.RunAsync(_restoredAt, _stop.Token), CancellationToken.None) : Task.CompletedTask,
            Task.Run(() => _coordinator.RunAsync(_stop.Token), CancellationToken.None),
            Task.Run(() => _keeper.RunAsync(_stop.Token), CancellationToken.None),
            Task.Run(() => _keeper.WatchExitsAsync(_stop.Token), CancellationToken.None),
            Task.Run(() => _observer.RunAsync(_stop.Token), CancellationToken.None));
    }

    /// <summary>Stops deciding. Instances and gateways go on serving.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync();
        try
        {
            await _work;
        }
        catch (OperationCanceledException)
        {
            // That is how its loops end.
        }

        await _coordinator.DisposeAsync();
        await _keeper.WhenIdleAsync();
        _stop.Dispose();
    }

    /// <summary>A project as it is, or what projects there are.</summary>
    public Result<ProjectSnapshot> Find(ProjectId project) => _projects.Snapshot(project) is { } snapshot
        ? snapshot
        : new Problem("SLIP0203", "projects", $"there is no project '{project}'", Projects.IsEmpty ? "apply one with `slipway apply`" : $"there are {string.Join(", ", Projects)}");

    /// <summary>An environment and its project as they are, or what environments there are.</summary>
    public Result<(ProjectSnapshot Snapshot, EnvironmentSpec Spec)> Find(EnvironmentKey key)
    {
        var found = Find(key.Project);
        if (!found.Ok)
            return found.Problem;
        return found.Value.Configuration.Find(key.Name) is { } spec
            ? (found.Value, spec)
            : new Problem("SLIP0204", $"project {key.Project}", $"there is no environment '{key.Name}'", $"it has {string.Join(", ", found.Value.Configuration.Places)}");
    }

    public ProjectSnapshot? Snapshot(ProjectId id) => _projects.Snapshot(id);

    /// <summary>The newest comparison of a deployment under way.</summary>
    public AnalysisReport? Report(DeploymentId id) => _watcher.Report(id) ?? _remote?.Of(id)?.Report(id);

    /// <summary>What the checks of a deployment saw, under way or long ended, a page at a time; empty when they saw nothing, or it was pruned.</summary>
    /// <exception cref="FormatException">What is stored is damaged, or was written by a newer Slipway.</exception>
    public Task<WindowPage> WindowsAsync(DeploymentId id, int after, CancellationToken cancellationToken) => _recordings.ReadAsync(id, after, cancellationToken);

    /// <summary>What a deployment's effects are waiting for or failing at.</summary>
    public IReadOnlyList<string> Troubles(DeploymentId id) => _coordinator.Actor(id)?.Troubles ?? _remote?.Of(id)?.Troubles.GetValueOrDefault(id.Value, []) ?? [];

    /// <summary>Why a version that should serve does not.</summary>
    public string? Trouble(InstanceId id) => _keeper.Trouble(id) ?? _remote?.Of(id.Environment.Project)?.Missing.FirstOrDefault(m => m.Id == id)?.Why;

    /// <summary>Whether an instance of the version is ready to serve, as last observed.</summary>
    public bool IsReady(InstanceId id) => _owned.Owns(id.Environment.Project) ? _board.IsReady(id) : _remote?.Of(id.Environment.Project)?.Ready.Contains(id) ?? false;

    /// <summary>A deployment, under way or long ended; null when there never was one of that id.</summary>
    public async Task<Deployment?> FindAsync(DeploymentId id, CancellationToken cancellationToken)
    {
        if (_coordinator.Actor(id)?.State is { } live)
            return live;
        var (deployment, version) = await Folding.FoldAsync<Deployment, DeploymentEvent>(_store, StreamNames.Of(id), Deployment.Empty, 0, Rollout.Evolve, cancellationToken);
        return version == 0 ? null : deployment;
    }

    /// <summary>Makes the project be what the document says; returns what that changed (with <paramref name="dryRun"/>, what it would).</summary>
    public async Task<Result<ImmutableArray<string>>> ApplyAsync(Project project, string by, bool dryRun, CancellationToken cancellationToken)
    {
        var stream = _projects.Of(project.Id);
        foreach (var name in project.Places)
            await _projects.Of(new EnvironmentKey(project.Id, name)).LoadAsync(cancellationToken);
        var result = await stream.UpdateAsync(state => Apply(state, project, by, dryRun), cancellationToken);
        if (result.Ok && !result.Value.IsEmpty && !dryRun && _owned.Owns(project.Id))
            await _traffic.ConfigureAsync(project);
        return result;
    }

    public async Task<Result<Candidate>> CreateCandidateAsync(ProjectId project, CandidateId? id, Artifact artifact, string? notes, string by, CancellationToken cancellationToken)
    {
        if (Find(project) is { Ok: false } missing)
            return missing.Problem;
        if (id is { } asked && await IsForgottenAsync(project, asked, cancellationToken))
            return new Problem("SLIP0212", $"project {project}", $"candidate '{asked}' was made before, and is forgotten: too old, and nothing reached it any more", "choose another version");
        return await _projects.Of(project).UpdateAsync<Result<Candidate>>(state =>
        {
            var now = _time.GetUtcNow();
            var version = id ?? Versions.Next(state, now);
            if (state.Find(version) is { } existing)
            {
                return existing.Artifact == artifact ? ([], existing)
                    : ([], new Problem("SLIP0201", $"project {project}", $"candidate '{version}' exists already, with another artifact", "candidates are immutable: choose another version"));
            }

            Candidate candidate = new(version, state.NextNumber, artifact, notes, by, now);
            return ([new ProjectEvent.CandidateCreated(candidate, now)], candidate);
        }, cancellationToken);
    }

    /// <summary>Remembers that a candidate is bad: it is stopped wherever it is under way, taken back wherever it serves, and not deployed again.</summary>
    public Task<Result<CommandOutcome>> FlagAsync(ProjectId project, CandidateId candidate, string by, string why, CancellationToken cancellationToken) =>
        MarkAsync(project, candidate, (snapshot, now) => FlagCommands.Flag(snapshot, candidate, by, why, now), cancellationToken);

    public Task<Result<CommandOutcome>> UnflagAsync(ProjectId project, CandidateId candidate, string by, string why, CancellationToken cancellationToken) =>
        MarkAsync(project, candidate, (snapshot, now) => FlagCommands.Unflag(snapshot, candidate, by, why, now), cancellationToken);

    private async Task<Result<CommandOutcome>> MarkAsync(ProjectId project, CandidateId candidate, Func<ProjectSnapshot, DateTimeOffset, CommandOutcome> decide, CancellationToken cancellationToken)
    {
        if (Check(project, candidate) is { } problem)
            return problem;
        return await _projects.Of(project).UpdateAsync<Result<CommandOutcome>>(state =>
        {
            var outcome = decide(_projects.Snapshot(project)! with { Project = state }, _time.GetUtcNow());
            return (outcome.ProjectEvents, outcome);
        }, cancellationToken);
    }

    /// <summary>Gives a command to an environment: what will happen, once it is saved, or why not.</summary>
    public async Task<Result<CommandOutcome>> ActAsync(EnvironmentKey key, EnvironmentCommand command, CancellationToken cancellationToken)
    {
        if (Place(key) is { } missing)
            return missing;
        var outcome = await _coordinator.ActAsync(key, command, cancellationToken);
        return Result(outcome);
    }

    /// <summary>Freeze windows and stops of the line of the whole installation.</summary>
    public GovernanceState Governance => _projects.Governance.State;

    /// <summary>Stops the line: nothing begins and nothing takes another step, but rollbacks and aborts go on. Stopping it again only changes the reason.</summary>
    public Task<LineStop> StopLineAsync(FreezeScope scope, string by, string why, CancellationToken cancellationToken) => _projects.Governance.UpdateAsync(state =>
        state.Stops.FirstOrDefault(s => s.Scope == scope && s.By == by && s.Why == why) is { } same
            ? ([], same)
            : (ImmutableArray.Create<GovernanceEvent>(new GovernanceEvent.LineStopped(scope, by, why, _time.GetUtcNow())), new LineStop(by, why, _time.GetUtcNow(), scope)), cancellationToken);

    /// <summary>Ends a stop of the line; false when there was none of that scope.</summary>
    public Task<bool> ReleaseLineAsync(FreezeScope scope, string by, string? why, CancellationToken cancellationToken) => _projects.Governance.UpdateAsync<bool>(state =>
        state.Stops.Any(s => s.Scope == scope) ? ([new GovernanceEvent.LineReleased(scope, by, why, _time.GetUtcNow())], true) : ([], false), cancellationToken);

    /// <summary>Makes the installation's freeze windows be these, and says what that changes.</summary>
    public Task<ImmutableArray<string>> SetWindowsAsync(ImmutableArray<FreezeWindow> windows, string by, bool dryRun, CancellationToken cancellationToken) => _projects.Governance.UpdateAsync(state =>
    {
        var now = _time.GetUtcNow();
        ImmutableArray<GovernanceEvent> events =
        [
            .. state.Windows.Keys.Where(name => windows.All(w => w.Name != name)).Select(name => new GovernanceEvent.WindowRemoved(name, by, now)),
            .. windows.Where(w => state.Windows.GetValueOrDefault(w.Name) != w).Select(w => new GovernanceEvent.WindowSet(w, by, now)),
        ];
        return (dryRun ? [] : events, events.Select(e => EventWords.Of(e)).ToImmutableArray());
    }, cancellationToken);

    /// <summary>What is seen in an environment, as opposed to what was asked for. What is being drained to be stopped runs no more.</summary>
    public Observation Observe(EnvironmentKey key)
    {
        var live = _owned.Owns(key.Project) ? null : _remote?.Of(key.Project) ?? new ProjectLive();
        var ready = live?.Ready ?? [.. _board.Ready.Where(_board.IsReady)];
        return new(live is null ? Seen(key) : live.Split(key), [.. ready.Where(i => i.Environment == key && i.Role is InstanceRole.Serving).Select(i => i.Candidate)]);
    }

    private TrafficSplit? Seen(EnvironmentKey key) =>
        _observer.Seen(key, _projects.Snapshot(key.Project)?.Active(key.Name)?.ConfirmedAt ?? _projects.Of(key).State.LastEndedAt);

    /// <summary>Where that differs from what is wanted, in words.</summary>
    public ImmutableArray<string> Drift(EnvironmentKey key) =>
        _projects.Snapshot(key.Project) is { } snapshot && snapshot.Configuration.Find(key.Name) is not null ? Core.Environments.Drift.Of(snapshot, key.Name, Observe(key), _time.GetUtcNow()) : [];

    /// <summary>Lets what is observed to serve be what shall serve.</summary>
    public async Task<Result<CommandOutcome>> AcceptDriftAsync(EnvironmentKey key, string by, string? reason, CancellationToken cancellationToken)
    {
        var found = Find(key);
        if (!found.Ok)
            return found.Problem;
        if (!_owned.Owns(key.Project))
            return Answer(await _owners!.AcceptDriftAsync(key, by, reason, cancellationToken), said => new CommandOutcome { Said = said });
        if (Core.Environments.Drift.Acceptable(found.Value.Snapshot, key.Name, Observe(key)) is not { } observed)
            return new Problem("SLIP0313", $"environment {key}", "no other version is seen to serve everyone", "look at `slipway status`; `slipway drift revert` asks the router and the deployer again");
        var outcome = await ActAsync(key, new EnvironmentCommand.AcceptDrift(observed, by, reason), cancellationToken);
        if (outcome.Ok)
            await _traffic.ApplyAsync(new TrafficDirector.Direction(key, TrafficSplit.Only(observed), ""), cancellationToken);
        return outcome;
    }

    /// <summary>Asks the router again for what should be served; what runs and should not is stopped by the next look.</summary>
    public async Task<Result<RouteOutcome>> RevertDriftAsync(EnvironmentKey key, CancellationToken cancellationToken)
    {
        if (Find(key) is { Ok: false } missing)
            return missing.Problem;
        if (!_owned.Owns(key.Project))
            return Answer<RouteOutcome>(await _owners!.RevertDriftAsync(key, cancellationToken), said => said.Length == 0 ? new RouteOutcome.Applied() : new RouteOutcome.Unconfirmed(said));
        _observer.Forget(key);
        return await _traffic.RefreshAsync(key, cancellationToken);
    }

    /// <summary>What a command would do now, without doing it.</summary>
    public Result<CommandOutcome> Ask(EnvironmentKey key, EnvironmentCommand command) =>
        Place(key) is { } missing ? missing : Result(EnvironmentCommands.Decide(_projects.Snapshot(key.Project)!, key.Name, command, _time.GetUtcNow()));

    /// <summary>Every command with what it would do now, if this person gave it.</summary>
    public Result<ImmutableArray<Offer>> Offers(EnvironmentKey key, string by) =>
        Place(key) is { } missing ? missing : Core.Environments.Offers.Of(_projects.Snapshot(key.Project)!, key.Name, by, _time.GetUtcNow());

    /// <summary>Why there is nothing of that name that commands can be given to; null when there is.</summary>
    private Problem? Place(EnvironmentKey key) =>
        Find(key.Project) is { Ok: true, Value: var snapshot } && snapshot.Configuration.Fleet(key.Name) is not null ? null : Find(key).Problem;

    private static Result<CommandOutcome> Result(CommandOutcome outcome)
    {
        if (outcome.Refusal is { } refusal)
            return refusal;
        return outcome;
    }

    private (ImmutableArray<ProjectEvent> Events, Result<ImmutableArray<string>> Result) Apply(ProjectState state, Project project, string by, bool dryRun)
    {
        var changes = ProjectChanges.Between(state.Project, project);
        foreach (var gone in state.Project?.Environments.Where(e => project.Find(e.Name) is null) ?? [])
        {
            if (_projects.Of(project.Key(gone)).State is { } left && (left.Stable ?? left.Active?.Candidate) is { } running)
            {
                return ([], new Problem("SLIP0310", $"environment {project.Key(gone)}", $"it is missing from the document, but {running.Candidate} runs there",
                    "keep the environment; Slipway does not stop what serves because a line was deleted"));
            }
        }

        return (dryRun || changes.IsEmpty ? [] : [new ProjectEvent.Applied(project, by, _time.GetUtcNow())], changes);
    }

    private static Result<T> Answer<T>(DriftAnswer answer, Func<string, T> value)
    {
        if (answer.Refused is { } refused)
            return refused;
        return value(answer.Said);
    }

    private ImmutableArray<TrafficDirector.Direction> Directions(IEnumerable<ProjectId> projects) =>
        [.. from id in projects
            let snapshot = _projects.Snapshot(id)
            where snapshot is not null
            from environment in snapshot.Configuration.Environments
            let deployment = snapshot.Active(environment.Name)
            let split = deployment?.Confirmed ?? deployment?.Wanted ?? TrafficSplit.Only(snapshot.Of(environment.Name).Stable?.Candidate)
            select new TrafficDirector.Direction(snapshot.Configuration.Key(environment), split, deployment?.Spec.Salt ?? "")];

    private Problem? Check(ProjectId project, CandidateId candidate) =>
        Find(project) is { Ok: false } missing ? missing.Problem
        : _projects.Of(project).State.Find(candidate) is null ? new Problem("SLIP0202", $"project {project}", $"there is no candidate '{candidate}'", "see `slipway release list`")
        : null;
}
