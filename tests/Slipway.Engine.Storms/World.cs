using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Core;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Engine.Tests.Fakes;
using Slipway.Testing;

namespace Slipway.Engine.Storms;

/// <summary>What outlives every node: the store, what runs, what is served, and the clock.</summary>
internal sealed class World
{
    public static readonly TimeSpan Hold = TimeSpan.FromSeconds(5);

    public static readonly ProjectId Shop = new("shop");

    private readonly Action<string>? _tell;

    /// <param name="chance">Draws what hooks and users do.</param>
    public World(Weather weather, Recipe recipe, Random chance, Action<string>? tell)
    {
        (Weather, Recipe, _tell, Project) = (weather, recipe, tell, recipe.Project(Shop));
        (Deployer, Router, Promises) = (new FakeDeployer(Time), new Router(this), new Promises(this));
        (Hooks, Users, Cluster) = (new HookSite(this, chance), new Users(this, chance), new Cluster(this));
    }

    public VirtualTime Time { get; } = new();

    public InMemoryAnalysisStore Analyses { get; } = new();

    public Weather Weather { get; }

    public InMemoryEventStore Store { get; } = new();

    public FakeDeployer Deployer { get; }

    public Router Router { get; }

    public Promises Promises { get; }

    public Recipe Recipe { get; }

    public Project Project { get; }

    public HookSite Hooks { get; }

    public Users Users { get; }

    public Cluster Cluster { get; }

    public List<(DateTimeOffset At, int Node, RecordedEvent Event)> Written { get; } = [];

    public int Conflicts { get; private set; }

    /// <summary>Tells the storm's story, to whom wants to hear it.</summary>
    public void Tell([System.Runtime.CompilerServices.InterpolatedStringHandlerArgument("")] Story what) => _tell?.Invoke($"{Time.GetUtcNow():mm:ss.fff} {what.Text}");

    /// <summary>Text that is only put together when somebody listens: most storms are told to nobody.</summary>
    [System.Runtime.CompilerServices.InterpolatedStringHandler]
    public readonly ref struct Story
    {
        private readonly System.Text.StringBuilder? _text;

        public Story(int literalLength, int formattedCount, World world, out bool told) =>
            (told, _text) = (world._tell is not null, world._tell is null ? null : new(literalLength + (formattedCount * 16)));

        public string Text => _text?.ToString() ?? "";

        public void AppendLiteral(string text) => _text!.Append(text);

        public void AppendFormatted<T>(T value) => _text!.Append(value);
    }

    public async Task<AppendResult> AppendAsync(Node by, string stream, long expectedVersion, IReadOnlyList<NewEvent> events)
    {
        var result = await Store.AppendAsync(stream, expectedVersion, events, CancellationToken.None);
        if (result is not AppendResult.Appended appended)
        {
            Conflicts++;
            Tell($"node {by.Number} comes too late to {stream}");
            return result;
        }

        var written = await Store.ReadStreamAsync(stream, expectedVersion, CancellationToken.None);
        foreach (var e in written)
        {
            Written.Add((Time.GetUtcNow(), by.Number, e));
            Tell($"node {by.Number} writes {e.Stream} {e.Version} {e.Type} {(e.Data.Length > 160 ? e.Data[..160] : e.Data)}");
        }

        Promises.Follow(by, stream, written);
        return appended;
    }

    public IEnumerable<T> Events<T>(string stream) => Written.Where(w => w.Event.Stream == stream).Select(w => JsonSerializer.Deserialize<T>(w.Event.Data, SlipwayJson.Options)!);

    public EnvironmentState State(EnvironmentSpec environment) => Events<EnvironmentEvent>($"environment:{Project.Key(environment)}").Aggregate(EnvironmentState.Empty, EnvironmentState.Evolve);
}
