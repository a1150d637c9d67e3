using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Slipway.Core.Configuration;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Engine.Deployments;
using Slipway.Engine.Feed;
using Slipway.Engine.Ports;

namespace Slipway.Engine;

/// <summary>Carries out what <see cref="Coordination"/> says, and owns the actors of the deployments under way.</summary>
/// <param name="isSuperseded">Whether another process has taken a project over.</param>
/// <param name="lose">Gives up a project that another process has taken over.</param>
internal sealed partial class Coordinator(
    ProjectDirectory projects, OwnedProjects owned, IProjectOwners? owners, IEffectHandler effects, Func<ProjectId, bool> isSuperseded, Func<ProjectId, Task> lose,
    EventFeed feed, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private const string Itself = Coordination.Itself;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>So often it is seen to that each project is acted for by somebody, where that may be another process.</summary>
    private static readonly TimeSpan BetweenClaims = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<DeploymentId, DeploymentActor> _actors = new();
    private readonly SemaphoreSlim _starting = new(1, 1);

    private readonly ConcurrentDictionary<ProjectId, bool> _losing = new();

    /// <summary>Actors of ended deployments: an effect of one that is slow to end must not hold up other projects.</summary>
    private readonly List<Task> _ending = [];

    public DeploymentActor? Actor(DeploymentId id) => _actors.GetValueOrDefault(id);

    public void Tell(DeploymentId id, DeploymentInput input) => Actor(id)?.Tell(input);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var news = feed.News;
            var wait = owners is null ? LongestWait : BetweenClaims;
            owners?.Ensure([.. projects.Projects.Where(id => !owned.Owns(id))]);
            if (owners is { IsSure: false })
                await owners.WhenSureAsync(cancellationToken);
            foreach (var id in projects.Projects)
            {
                if (owned.Owns(id) && isSuperseded(id))
                    Lose(id);
                if (!owned.Owns(id))
                    continue;
                var due = await LookAsync(id, cancellationToken);
                wait = due is { } at && at - time.GetUtcNow() is var left && left < wait ? left : wait;
            }

            await feed.WaitAsync(news, wait > TimeSpan.Zero ? wait : TimeSpan.Zero, cancellationToken);
        }
    }

    /// <summary>What another process took over is given up; if this one is to act all the same, it is told so again, and takes it over in its turn.</summary>
    private void Lose(ProjectId id)
    {
        _ending.RemoveAll(e => e.IsCompleted);
        if (!_losing.TryAdd(id, true))
            return;
        Lost(logger, id.Value);
        _ending.Add(Task.Run(async () =>
        {
            try
            {
                await lose(id);
            }
            finally
            {
                _losing.TryRemove(id, out _);
            }
        }, CancellationToken.None));
    }

    /// <summary>Decides a command on the environment's newest state, saves what follows, and tells the deployment under way what concerns it.</summary>
    public async Task<CommandOutcome> ActAsync(EnvironmentKey key, EnvironmentCommand command, CancellationToken cancellationToken)
    {
        var outcome = await DecideAsync(key, snapshot => EnvironmentCommands.Decide(snapshot, key.Name, command, time.GetUtcNow()), cancellationToken);
        if (!outcome.Members.IsEmpty)
            return await FanOutAsync(key.Project, outcome, cancellationToken);
        if (outcome.Tell is not { } input)
            return outcome;
        if (projects.Of(key).State.Active is not { } spec || await AskAsync(spec.Id, input, cancellationToken) is not { } decision)
            return new Problem("SLIP0308", $"environment {key}", "the deployment has just ended", "look at `slipway status`, and ask again if you still want to");
        return decision.Refusal is { } refusal ? refusal : outcome;
    }

    /// <summary>
    /// Asks the deployment's own actor, or, where another process has it, decides here on the newest state: whoever has it sees what was
    /// stored and acts on it. Null when the deployment is not under way any more.
    /// </summary>
    private async Task<Decision?> AskAsync(DeploymentId id, DeploymentInput input, CancellationToken cancellationToken)
    {
        if (Actor(id) is { } actor)
            return await actor.AskAsync(input, cancellationToken);
        if (owners is null)
            return null;
        var stream = projects.Of(id);
        await stream.LoadAsync(cancellationToken);
        return stream.State.Phase is Phase.Pending ? null : await stream.UpdateAsync(state =>
        {
            var decision = Rollout.Decide(state, input, time.GetUtcNow());
            return (decision.Events, decision);
        }, cancellationToken);
    }

    /// <summary>Members that refuse are named; they do not keep the others from doing what was asked.</summary>
    private async Task<CommandOutcome> FanOutAsync(ProjectId project, CommandOutcome outcome, CancellationToken cancellationToken)
    {
        List<string> refused = [];
        foreach (var (member, command) in outcome.Members)
        {
            if ((await ActAsync(new EnvironmentKey(project, member), command, cancellationToken)).Refusal is { } refusal)
                refused.Add($"{member}: {refusal.Message}");
        }

        return refused.Count == 0 ? outcome : outcome with { Said = $"{outcome.Said}; {refused.Count} refused, the first: {refused[0]}" };
    }

    /// <summary>Begins a deployment if the request still holds on the environment's newest state.</summary>
    private async Task<bool> BeginAsync(EnvironmentKey key, Func<ProjectSnapshot, RequestOutcome> request, CancellationToken cancellationToken) =>
        (await DecideAsync(key, snapshot => snapshot.Of(key.Name).Active is null && request(snapshot).Spec is { } spec
            ? new CommandOutcome { Events = [new EnvironmentEvent.DeploymentCreated(spec, time.GetUtcNow())] }
            : new CommandOutcome(), cancellationToken)).Begun is not null;

    private async Task<CommandOutcome> DecideAsync(EnvironmentKey key, Func<ProjectSnapshot, CommandOutcome> decide, CancellationToken cancellationToken)
    {
        var outcome = await projects.Of(key).UpdateAsync(state =>
        {
            var snapshot = projects.Snapshot(key.Project)!;
            var outcome = decide(snapshot with { Environments = snapshot.Environments.SetItem(key.Name, state) });
            return (outcome.Events, outcome);
        }, cancellationToken);
        if (outcome.Begun is { } created)
            await OwnAsync(created, cancellationToken);
        return outcome;
    }

    /// <summary>Gives a project's deployments up to whoever acts for it next. Returns when nothing of them is under way here.</summary>
    /// <param name="lost">Whether that one acts for it already.</param>
    public async Task ReleaseAsync(ProjectId id, bool lost, CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            foreach (var (deployment, actor) in _actors.Where(a => projects.Of(a.Key).State.Spec?.Environment.Project == id).OrderBy(a => a.Key.Value, StringComparer.Ordinal))
            {
                _actors.TryRemove(deployment, out _);
                await actor.EndAsync(lost);
            }
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var actor in _actors.Values)
            await actor.DisposeAsync();
        await Task.WhenAll(_ending);
        _starting.Dispose();
    }

    /// <summary>Starts the actors of deployments that nobody owns yet, then carries out what follows. Returns when to look again.</summary>
    private async Task<DateTimeOffset?> LookAsync(ProjectId id, CancellationToken cancellationToken)
    {
        try
        {
            await projects.CatchUpAsync(id, cancellationToken);
            var snapshot = projects.Snapshot(id)!;
            foreach (var spec in snapshot.Configuration.Places.Select(name => snapshot.Of(name).Active).OfType<DeploymentSpec>())
            {
                await OwnAsync(spec, cancellationToken);
                if (projects.Of(spec.Id).IsBehind)
                    Tell(spec.Id, new DeploymentInput.Tick());
            }

            while (owned.Owns(id))
            {
                // The same moment for what is due and for what is due later: nothing falls between.
                var now = time.GetUtcNow();
                if (!await CarryOutAsync(id, Coordination.Intents(projects.Snapshot(id)!, now), cancellationToken))
                    return Coordination.NextWake(projects.Snapshot(id)!, now);
            }

            return null;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            NotCoordinated(logger, e, id.Value);
            return time.GetUtcNow() + TimeSpan.FromSeconds(1);
        }
    }

    private async Task<bool> CarryOutAsync(ProjectId id, ImmutableArray<Intent> intents, CancellationToken cancellationToken)
    {
        var done = false;
        foreach (var intent in intents)
            done |= await CarryOutAsync(id, intent, cancellationToken);
        return done;
    }

    /// <summary>True when it may have changed something that more follows from.</summary>
    private async Task<bool> CarryOutAsync(ProjectId id, Intent intent, CancellationToken cancellationToken)
    {
        switch (intent)
        {
            case Intent.FlagBad flag:
                return await FlagAsync(id, flag.Candidate, Itself, flag.Why, cancellationToken);
            case Intent.Tell tell:
                Tell(tell.Id, tell.Input);
                return false;
            case Intent.Conclude conclude:
                await ConcludeAsync(new EnvironmentKey(id, conclude.Environment), conclude, cancellationToken);
                return true;
            case Intent.RollBack back:
                return await BeginAsync(new EnvironmentKey(id, back.Environment), s => DeploymentRequests.Rollback(s, back.Environment, null, Itself, back.Why), cancellationToken);
            case Intent.Promote promote:
                return await BeginAsync(new EnvironmentKey(id, promote.Environment), s => DeploymentRequests.Deploy(s, promote.Environment, new DeployRequest(promote.Candidate, Itself), time.GetUtcNow()), cancellationToken);
            case Intent.Begin begin:
                var item = begin.Item;
                return await BeginAsync(new EnvironmentKey(id, begin.Environment), s => item.IsRollback
                    ? DeploymentRequests.Rollback(s, begin.Environment, item.Request.Candidate, item.Request.By, item.Request.Reason)
                    : DeploymentRequests.Deploy(s, begin.Environment, item.Request, time.GetUtcNow()), cancellationToken);
            case Intent.LeaveQueue leave:
                return await projects.Of(new EnvironmentKey(id, leave.Environment)).UpdateAsync<bool>(state => state.Queue.Any(q => q.Number == leave.Number)
                    ? ([new EnvironmentEvent.QueueLeft(leave.Number, leave.Why, time.GetUtcNow())], true)
                    : ([], false), cancellationToken);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    internal Task<bool> FlagAsync(ProjectId id, CandidateId candidate, string by, string why, CancellationToken cancellationToken) =>
        projects.Of(id).UpdateAsync<bool>(state => state.Find(candidate) is null || state.IsBad(candidate)
            ? ([], false)
            : ([new ProjectEvent.CandidateFlagged(candidate, by, why, time.GetUtcNow())], true), cancellationToken);

    private async Task ConcludeAsync(EnvironmentKey key, Intent.Conclude conclude, CancellationToken cancellationToken)
    {
        await projects.Of(key).UpdateAsync<bool>(state => state.Active?.Id == conclude.Id
            ? ([new EnvironmentEvent.DeploymentEnded(conclude.Id, conclude.Cause, time.GetUtcNow())], true)
            : ([], false), cancellationToken);
        _ending.RemoveAll(e => e.IsCompleted);
        if (_actors.TryRemove(conclude.Id, out var actor))
            _ending.Add(Task.Run(() => actor.DisposeAsync().AsTask(), CancellationToken.None));
        projects.Forget(conclude.Id);
    }

    private async Task OwnAsync(DeploymentSpec spec, CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            if (_actors.ContainsKey(spec.Id) || !owned.Owns(spec.Environment.Project) || projects.Of(spec.Environment).State.Active?.Id != spec.Id)
                return;
            DeploymentActor actor = new(spec, projects.Of(spec.Id), effects, time, logger);
            await actor.StartAsync(cancellationToken);
            _actors[spec.Id] = actor;
        }
        finally
        {
            _starting.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Another server has taken project {ProjectId} over: this one acts for it no longer")]
    private static partial void Lost(ILogger logger, string projectId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not coordinate project {ProjectId}; trying again")]
    private static partial void NotCoordinated(ILogger logger, Exception e, string projectId);
}
