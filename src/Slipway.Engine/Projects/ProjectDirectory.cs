using System.Collections.Concurrent;
using System.Collections.Immutable;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Governance;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Engine.Feed;
using Slipway.Engine.Ports;
using Slipway.Engine.Streams;

namespace Slipway.Engine;

/// <summary>All projects, environments and deployments under way, each with its stream. What it answers is as new as the last save here.</summary>
internal sealed class ProjectDirectory(IEventStore store, EventFeed feed, TimeProvider time)
{
    private readonly ConcurrentDictionary<ProjectId, EventStream<ProjectState, ProjectEvent>> _projects = new();
    private readonly ConcurrentDictionary<EnvironmentKey, EventStream<EnvironmentState, EnvironmentEvent>> _environments = new();
    private readonly ConcurrentDictionary<DeploymentId, EventStream<Deployment, DeploymentEvent>> _deployments = new();

    /// <summary>Freeze windows and stops of the line of the whole installation.</summary>
    public EventStream<GovernanceState, GovernanceEvent> Governance { get; } = new(store, feed, time, StreamNames.Governance, GovernanceState.Empty, GovernanceState.Evolve);

    public IEnumerable<ProjectId> Projects => _projects.Where(p => p.Value.State.Project is not null).Select(p => p.Key).OrderBy(p => p.Value, StringComparer.Ordinal);

    public EventStream<ProjectState, ProjectEvent> Of(ProjectId id) =>
        _projects.GetOrAdd(id, _ => new(store, feed, time, StreamNames.Of(id), ProjectState.Empty, ProjectState.Evolve));

    public EventStream<EnvironmentState, EnvironmentEvent> Of(EnvironmentKey key) =>
        _environments.GetOrAdd(key, _ => new(store, feed, time, StreamNames.Of(key), EnvironmentState.Empty, EnvironmentState.Evolve));

    public EventStream<Deployment, DeploymentEvent> Of(DeploymentId id) =>
        _deployments.GetOrAdd(id, _ => new(store, feed, time, StreamNames.Of(id), Deployment.Empty, Rollout.Evolve));

    /// <summary>Reads everything that the store knows of projects, their environments and the deployments under way.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await Governance.LoadAsync(cancellationToken);
        foreach (var stream in await store.StreamsAsync(StreamNames.ProjectPrefix, cancellationToken))
            await LoadAsync(new ProjectId(stream[StreamNames.ProjectPrefix.Length..]), cancellationToken);
    }

    public ProjectSnapshot? Snapshot(ProjectId id)
    {
        if (!_projects.TryGetValue(id, out var stream) || stream.State is not { Project: { } project } state)
            return null;
        var environments = project.Places.ToImmutableDictionary(name => name, name => Of(new EnvironmentKey(id, name)).State);
        var deployments = environments.Values.Where(e => e.Active is not null).Select(e => Of(e.Active!.Id).State)
            .Where(d => d.Phase is not Phase.Pending)
            .ToImmutableDictionary(d => d.Spec.Id);
        return new ProjectSnapshot(state, environments, deployments) { Governance = Governance.State };
    }

    /// <summary>Reads again what may have been saved although its answer was lost. Deployments under way do so by themselves when they are told anything.</summary>
    public async Task CatchUpAsync(ProjectId id, CancellationToken cancellationToken)
    {
        if (Governance.IsBehind)
            await Governance.LoadAsync(cancellationToken);
        if (Of(id) is { IsBehind: true } project)
            await project.LoadAsync(cancellationToken);
        foreach (var place in Of(id).State.Project?.Places ?? [])
        {
            if (Of(new EnvironmentKey(id, place)) is { IsBehind: true } environment)
                await environment.LoadAsync(cancellationToken);
        }
    }

    /// <summary>An ended deployment is only read from the store from now on.</summary>
    public void Forget(DeploymentId id) => _deployments.TryRemove(id, out _);

    public (Project Project, EnvironmentSpec Environment)? Find(EnvironmentKey key) =>
        _projects.TryGetValue(key.Project, out var stream) && stream.State.Project is { } project && project.Find(key.Name) is { } environment
            ? (project, environment)
            : null;

    /// <summary>
    /// Reads on where a stored event is newer than what is known here. True when it was: somebody else stored it. Of deployments only those
    /// under way are known.
    /// </summary>
    public async Task<bool> SeeAsync(RecordedEvent e, CancellationToken cancellationToken)
    {
        if (e.Stream == StreamNames.Governance)
            return await CatchUpAsync(Governance, e, cancellationToken);
        if (StreamNames.Project(e.Stream) is { } project)
            return await CatchUpAsync(Of(project), e, cancellationToken);
        if (StreamNames.Deployment(e.Stream) is { } deployment)
            return _deployments.TryGetValue(deployment, out var known) && await CatchUpAsync(known, e, cancellationToken);
        return StreamNames.Environment(e.Stream) is { } environment && await SeeAsync(environment, e, cancellationToken);
    }

    /// <summary>Reads everything that the store knows of one project by now.</summary>
    public async Task LoadAsync(ProjectId id, CancellationToken cancellationToken)
    {
        var project = Of(id);
        await project.LoadAsync(cancellationToken);
        foreach (var name in project.State.Project?.Places ?? [])
        {
            var stream = Of(new EnvironmentKey(id, name));
            await stream.LoadAsync(cancellationToken);
            if (stream.State.Active is { } active)
                await Of(active.Id).LoadAsync(cancellationToken);
        }
    }

    private async Task<bool> SeeAsync(EnvironmentKey key, RecordedEvent e, CancellationToken cancellationToken)
    {
        var stream = Of(key);
        var before = stream.State.Active?.Id;
        var news = await CatchUpAsync(stream, e, cancellationToken);
        if (stream.State.Active is { } active)
            await Of(active.Id).LoadAsync(cancellationToken);
        if (before is { } ended && ended != stream.State.Active?.Id)
            Forget(ended);
        return news;
    }

    private static async Task<bool> CatchUpAsync<TState, TEvent>(EventStream<TState, TEvent> stream, RecordedEvent e, CancellationToken cancellationToken)
        where TState : class
        where TEvent : class
    {
        if (stream.Version >= e.Version)
            return false;
        await stream.LoadAsync(cancellationToken);
        return true;
    }
}
