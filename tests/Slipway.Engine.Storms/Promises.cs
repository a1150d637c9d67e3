using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Core;
using Slipway.Core.Analysis.Recording;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Strategies;
using Slipway.Core.Tests.Deployments;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Simulation;

namespace Slipway.Engine.Storms;

/// <summary>What must hold however many act, die and come back: at every event, and in the end.</summary>
internal sealed class Promises(World world)
{
    private readonly Dictionary<string, (RolloutPromises Kept, Deployment State)> _rollouts = [];
    private readonly Dictionary<string, DateTimeOffset> _at = [];
    private readonly List<(string Stream, string Text, string What)> _answered = [];

    /// <summary>The first that was broken.</summary>
    public string? Broken { get; private set; }

    /// <summary>Checks each decision as it is saved, against the state before it and what the world serves at that moment.</summary>
    public void Follow(Node by, string stream, IReadOnlyList<RecordedEvent> written)
    {
        if (!stream.StartsWith("deployment:", StringComparison.Ordinal))
            return;
        ImmutableArray<DeploymentEvent> events = [.. written.Select(e => JsonSerializer.Deserialize<DeploymentEvent>(e.Data, SlipwayJson.Options)!)];
        var (kept, before) = _rollouts.TryGetValue(stream, out var known) ? known : (new RolloutPromises(((DeploymentEvent.Started)events[0]).Spec), Deployment.Empty);
        var after = events.Aggregate(before, Rollout.Evolve);
        Guard($"{stream} {written[0].Version}", () =>
        {
            if (known.State is { EndedAt: null } && _at.TryGetValue(stream, out var last))
                kept.Pass(before, events[0].At > last ? events[0].At - last : TimeSpan.Zero);
            OnlyItsOwnWord(by, before.Spec ?? after.Spec, events);
            kept.Check(before, Input(events), events, after, Served(by, after), events[^1].At);
        });
        (_rollouts[stream], _at[stream]) = ((kept, after), events[^1].At);
    }

    /// <summary>One that somebody else looks at.</summary>
    public void Hold(string where, bool holds, string what) => Guard(where, () => RolloutPromises.Must(holds, what));

    /// <summary>Somebody was told that this was decided: then the stream says so, in these words.</summary>
    public void Answered(string stream, string text, string what) => _answered.Add((stream, text, what));

    /// <summary>How many windows of checks were looked at in the end.</summary>
    public int Windows { get; private set; }

    /// <param name="directed">Whether one at a time directed the traffic.</param>
    public void AtTheEnd(IReadOnlyCollection<Node> nodes, bool directed)
    {
        foreach (var (stream, text, what) in _answered)
            Guard(what, () => RolloutPromises.Must(world.Written.Any(w => w.Event.Stream == stream && w.Event.Data.Contains(text, StringComparison.Ordinal)), $"it was answered, and {stream} does not have '{text}'"));
        foreach (var stream in _rollouts.Keys)
        {
            Guard(stream, () => RolloutPromises.Must(DecisionReplay.Of([.. world.Events<DeploymentEvent>(stream)]).Difference is not { } difference, $"no legal history: {DecisionReplay.Of([.. world.Events<DeploymentEvent>(stream)]).Difference}"));
            if (directed)
                Guard(stream, () => OneStepAnInterval(_rollouts[stream].State, nodes.Max(n => n.Skew) - nodes.Min(n => n.Skew)));
            Guard(stream, () => HooksRan(_rollouts[stream].State));
            Guard(stream, () => KeptOnce(_rollouts[stream].State.Spec.Id, nodes.Max(n => n.Skew) - nodes.Min(n => n.Skew)));
        }

        foreach (var environment in world.Project.Environments)
        {
            var key = world.Project.Key(environment);
            Guard($"{key}", () => OneAtATime(key));
            Guard($"{key}", () => Converged(environment, key));
        }

        var left = nodes.Count(n => n.Serves && n.Engine.Owns(World.Shop));
        Guard("the nodes", () => RolloutPromises.Must(left == 1, $"one acts in the end, and {left} do"));
    }

    /// <summary>Whoever stores that a split is served asked for it, and was listened to.</summary>
    private void OnlyItsOwnWord(Node by, DeploymentSpec spec, ImmutableArray<DeploymentEvent> events)
    {
        foreach (var confirmed in events.OfType<DeploymentEvent.SplitConfirmed>())
            RolloutPromises.Must(world.Router.History.LastOrDefault(h => h.Key == spec.Environment && h.Node == by.Number).Split == confirmed.Split, $"node {by.Number} believes in {confirmed.Split.Weight} of {spec.Id}, and was not listened to");
    }

    /// <summary>What is said to have run did, under one key, and what it did was undone on the way back.</summary>
    private void HooksRan(Deployment deployment)
    {
        var hooks = deployment.HooksDone.Select(i => ((HookStep)deployment.Spec.Steps[i]).Hook).ToList();
        foreach (var hook in hooks)
            RolloutPromises.Must(world.Hooks.Done.Contains((deployment.Spec.Id, hook.Name)), $"hook {hook.Name} is said to have run, and did not");
        var failed = world.Events<DeploymentEvent>($"deployment:{deployment.Spec.Id}").Any(e => e is DeploymentEvent.HookFailed);
        foreach (var undo in deployment.Phase is Phase.RolledBack && !failed ? hooks.Select(h => h.Undo).OfType<HookSpec>() : [])
            RolloutPromises.Must(world.Hooks.Done.Contains((deployment.Spec.Id, undo.Name)), $"{undo.Name} did not run on the way back");
    }

    /// <summary>What the checks saw is kept once, in chunks without holes, and in the order in which it was seen: by the clock of whoever watched.</summary>
    private void KeptOnce(DeploymentId id, TimeSpan skew)
    {
        var chunks = world.Analyses.ReadAsync(id, 0, int.MaxValue, CancellationToken.None).Result;
        RolloutPromises.Must(chunks.Select(c => c.Number).SequenceEqual(Enumerable.Range(1, chunks.Length)), $"the chunks of {id} are numbered {string.Join(", ", chunks.Select(c => c.Number))}");
        var open = world.Analyses.CheckpointAsync(id, CancellationToken.None).Result is { } saved ? AnalysisCheckpoint.Read(saved) : new AnalysisCheckpoint(0, default);
        RolloutPromises.Must(open.Chunks == chunks.Length, $"the checks of {id} stand behind chunk {open.Chunks} of {chunks.Length}");
        var seen = chunks.SelectMany(c => WindowChunk.Unpack(c.Data.Span)).Concat(open.Windows).OfType<ObservedWindow.Compared>().Select(w => w.At).ToList();
        foreach (var (before, after) in seen.Zip(seen.Skip(1)))
            RolloutPromises.Must(after >= before - skew, $"the checks of {id} saw {after} behind {before}");
        Windows += seen.Count;
    }

    /// <summary>Each deployment is created when none is under way, and ended once, by what it is itself.</summary>
    private void OneAtATime(EnvironmentKey key)
    {
        DeploymentSpec? active = null;
        var number = 0;
        foreach (var e in world.Events<EnvironmentEvent>($"environment:{key}"))
        {
            if (e is EnvironmentEvent.DeploymentCreated created)
            {
                RolloutPromises.Must(active is null, $"{created.Spec.Id} begins while {active?.Id} is under way");
                RolloutPromises.Must(created.Spec.Id.Value == $"{key.Project}.{key.Name}.{++number}", $"{created.Spec.Id} is number {number}");
                active = created.Spec;
            }
            else if (e is EnvironmentEvent.DeploymentEnded ended)
            {
                RolloutPromises.Must(active?.Id == ended.Id, $"{ended.Id} ends, and {active?.Id} is under way");
                var state = _rollouts[$"deployment:{ended.Id}"].State;
                RolloutPromises.Must(state.IsEnded && (ended.Cause is null) == state.Phase is Phase.Succeeded, $"{ended.Id} is said to have ended with {ended.Cause}, and it is {state.Phase}");
                active = null;
            }
        }

        RolloutPromises.Must(active is null, $"{active?.Id} never ended");
    }

    /// <summary>What is served is what should be, everything that should run does, and nothing else.</summary>
    private void Converged(EnvironmentSpec environment, EnvironmentKey key)
    {
        var stable = world.State(environment).Stable?.Candidate;
        RolloutPromises.Must(world.Router.Serves(key) is { } served && served.Split == TrafficSplit.Only(stable), $"{stable} should serve everyone, and {world.Router.Serves(key)?.Split} does");
        InstanceId wanted = new(key, stable!.Value);
        RolloutPromises.Must(world.Deployer.ReadyOf(wanted).Length == environment.Deploy.Instances, $"{environment.Deploy.Instances} of {wanted} should run, and {world.Deployer.ReadyOf(wanted).Length} do");
        var running = world.Deployer.Running.Where(i => i.Environment == key).ToList();
        RolloutPromises.Must(running.Count == 1 && running[0] == wanted, $"only {wanted} should run, and {string.Join(", ", running)} do");
        RolloutPromises.Must(world.Router.Serves(key)!.StableEndpoints.SequenceEqual(world.Deployer.ReadyOf(wanted)), "users are sent to where nothing runs");
    }

    /// <summary>
    /// Looked at from outside, on the real clock: where no person said to go on, a share rises no sooner than one hold after it last rose. Where
    /// one decides after another, each does so on its own clock: it can be as much too early as theirs differ.
    /// </summary>
    private void OneStepAnInterval(Deployment deployment, TimeSpan skew)
    {
        if (world.Events<DeploymentEvent>($"deployment:{deployment.Spec.Id}").Any(e => e is DeploymentEvent.Promoted or DeploymentEvent.PromotedFully) || deployment.Spec.Stable is null || deployment.Spec.Kind is DeploymentKind.Rollback)
            return;
        var written = world.Written.Where(w => w.Event.Stream == $"deployment:{deployment.Spec.Id}").ToList();
        var (began, ended) = (written[0].At, written[^1].At);
        var least = World.Hold - (written.Select(w => w.Node).Distinct().Count() > 1 ? skew : TimeSpan.Zero);
        (Weight Highest, DateTimeOffset At) rose = (Weight.None, DateTimeOffset.MinValue);
        foreach (var (at, _, split, node) in world.Router.History.Where(h => h.Key == deployment.Spec.Environment && h.At >= began && h.At <= ended && h.Split.Candidate == deployment.Spec.Candidate.Candidate))
        {
            // On the way between two steps the share follows the instances that are left; how fast is theirs to say.
            if (split.Weight <= rose.Highest || !deployment.Spec.Steps.OfType<WeightStep>().Any(s => s.Weight == split.Weight))
                continue;
            RolloutPromises.Must(at - rose.At >= least || rose.Highest == Weight.None, $"node {node} raised {deployment.Spec.Id} from {rose.Highest} to {split.Weight} after {at - rose.At}");
            rose = (split.Weight, at);
        }
    }

    /// <summary>What the world serves; or, where another node changed that behind the back of the one that decides, what was confirmed. In the end it must be put right.</summary>
    private TrafficSplit Served(Node by, Deployment state) => world.Router.History.LastOrDefault(h => h.Key == state.Spec.Environment) is { Split: { } split, Node: var node } && (node == by.Number || state.Confirmed is null)
        ? split
        : state.Confirmed ?? TrafficSplit.Only(null);

    /// <summary>What came in, as far as the promises ask.</summary>
    private static DeploymentInput.Condemned? Input(ImmutableArray<DeploymentEvent> events) =>
        events.OfType<DeploymentEvent.RollbackStarted>().Any(e => e.Cause is RollbackCause.Bad) ? new DeploymentInput.Condemned("", "") : null;

    private void Guard(string where, Action check)
    {
        try
        {
            check();
        }
        catch (InvalidOperationException e)
        {
            Broken ??= $"{where}: {e.Message}";
            world.Tell($"BROKEN {where}: {e.Message}");
        }
    }
}
