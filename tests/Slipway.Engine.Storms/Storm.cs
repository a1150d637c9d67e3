using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Engine.Storms;

/// <summary>What one storm was like. The same seed gives the same fingerprint.</summary>
/// <param name="Broken">The first promise that was broken; null when all were kept.</param>
/// <param name="Fingerprint">Of everything that was written and served, and when.</param>
/// <param name="Moves">How often another engine came to act for the project.</param>
/// <param name="Refused">How often the router refused an engine that no longer directed the traffic.</param>
/// <param name="Windows">How much of what the checks saw was kept.</param>
internal sealed record StormResult(int Seed, string? Broken, string Fingerprint, int Events, int Conflicts, int Deaths, int Freezes, int Moves, int Refused, int Windows);

/// <summary>
/// A release on its way to everyone while engines die, freeze and come back, the network is late and loses answers, and people give commands.
/// Everything is drawn from the seed. Some storms have one engine at a time, others up to four, each for all or with owners.
/// </summary>
internal sealed class Storm
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    private readonly int _seed;
    private readonly Random _chance;

    /// <summary>Draws what not every storm has, so that the others stay as they were.</summary>
    private readonly Random _more;
    private readonly World _world;
    private readonly List<Node> _nodes = [];
    private readonly People _people;
    private readonly bool _several;
    private int _deaths;
    private int _freezes;

    private Storm(int seed, Action<string>? tell)
    {
        (_seed, _chance, _more) = (seed, new Random(seed), new Random(~seed));
        _world = new World(new Weather(_chance, new Random(seed ^ 0x5eed)), Recipe.Draw(seed, _more), _more, tell);
        _people = new People(_world, _chance);
        _several = _chance.Next(2) == 0 || _world.Recipe.Owned;
    }

    public static Task<StormResult> RunAsync(int seed, Action<string>? tell) => new Storm(seed, tell).RunAsync();

    private async Task<StormResult> RunAsync()
    {
        using var users = _world.Recipe.Checks ? _world.Users.Begin(_nodes) : null;
        Start();
        await UntilAsync(() => _nodes[0].Serves, TimeSpan.FromMinutes(1));
        _people.Apply(_nodes[0]);
        await PassAsync(TimeSpan.FromSeconds(1));
        _people.Create(_nodes[0], "1.0.0");
        var begun = await UntilAsync(() => IsIdle("1.0.0"), TimeSpan.FromMinutes(10));
        _people.Create(_nodes[0], "2.0.0");
        await PassAsync(TimeSpan.FromMilliseconds(_chance.Next(10_000)));
        _world.Weather.Bad = true;
        await RageAsync();
        _world.Weather.Bad = false;
        await CalmAsync();
        var ended = begun && await UntilAsync(IsIdle, Longest);
        await PassAsync(TimeSpan.FromSeconds(90));
        _world.Promises.AtTheEnd(_nodes, directed: !_several || _world.Recipe.Owned);
        return new StormResult(_seed, ended ? _world.Promises.Broken : $"it did not end: {_world.Promises.Broken}", Fingerprint(), _world.Written.Count, _world.Conflicts, _deaths, _freezes, _world.Cluster.Moves, _world.Router.Refused, _world.Promises.Windows);
    }

    private async Task RageAsync()
    {
        for (var blows = _chance.Next(5, 25); blows > 0; blows--)
        {
            await PassAsync(TimeSpan.FromMilliseconds(_chance.Next(_chance.Next(2) == 0 ? 1_000 : 8_000)));
            if (_world.Recipe.Owned && _more.Next(4) == 0)
                Unsettle();
            switch (_chance.Next(_several ? 10 : 8))
            {
                case 0 or 1 when Pick(n => !n.Dead) is { } victim && (_several || !victim.Frozen):
                    _world.Tell($"node {victim.Number} dies");
                    victim.Kill();
                    _deaths++;
                    break;
                case 2 when Pick(n => n.Serves) is { } victim:
                    _world.Tell($"node {victim.Number} freezes");
                    victim.Freeze();
                    _freezes++;
                    break;
                case 3 when Pick(n => n.Frozen) is { } zombie:
                    _world.Tell($"node {zombie.Number} goes on");
                    zombie.Thaw();
                    break;
                case 4 when _world.Deployer.Running is { Length: > 0 } running && _chance.Next(4) == 0:
                    var gone = running.OrderBy(i => i.ToString(), StringComparer.Ordinal).ElementAt(_chance.Next(running.Length));
                    _world.Tell($"{gone} exits");
                    _world.Deployer.Exit(gone);
                    break;
                case 8 or 9 when _nodes.Count(n => !n.Dead) < 4:
                    Start();
                    break;
                default:
                    if (Pick(n => n.Serves) is { } asked)
                        _people.Ask(asked);
                    break;
            }

            if (_nodes.All(n => n.Dead) || (_several && _nodes.All(n => n.Dead || n.Frozen) && _chance.Next(2) == 0))
                Start();
        }
    }

    /// <summary>Who acts for the project is given to another, or forgotten.</summary>
    private void Unsettle()
    {
        if (_more.Next(2) == 0)
            _world.Cluster.Move(World.Shop);
        else
            _world.Cluster.Forget(World.Shop, TimeSpan.FromMilliseconds(_more.Next(20_000)));
    }

    /// <summary>
    /// Whoever was frozen goes on, and what is late still comes. Then, where several act without knowing of each other, only one new one is left.
    /// </summary>
    private async Task CalmAsync()
    {
        _nodes.ForEach(n => n.Thaw());
        await PassAsync(TimeSpan.FromSeconds(_chance.Next(60)));
        if ((_several && !_world.Recipe.Owned) || !_nodes.Any(n => n.Serves))
        {
            _nodes.ForEach(n => n.Kill());
            Start();
        }
    }

    private void Start()
    {
        Node node = new(_world, _nodes.Count + 1, _world.Recipe.Skew(_more));
        _nodes.Add(node);
        _world.Tell($"node {node.Number} starts");
        _ = node.StartAsync();
    }

    private Node? Pick(Func<Node, bool> which) => _nodes.Where(which).ToList() is { Count: > 0 } all ? all[_chance.Next(all.Count)] : null;

    /// <summary>Whether nothing is under way or waits; a person sees to what was stopped to ask.</summary>
    private bool IsIdle() => IsIdle(null);

    private bool IsIdle(string? everywhere)
    {
        if (_nodes.FirstOrDefault(n => n.Serves)?.Engine.Snapshot(World.Shop) is not { } snapshot)
            return false;
        foreach (var environment in snapshot.Configuration.Environments)
        {
            if (snapshot.Active(environment.Name) is { IsPaused: true })
                _people.GoOn(_nodes.First(n => n.Serves), environment.Name);
        }

        return snapshot.Configuration.Environments.All(e => snapshot.Of(e.Name) is { Active: null, Queue.IsEmpty: true } state && (everywhere is null || state.Stable?.Candidate.Value == everywhere))
            && Coordination.Intents(snapshot, _world.Time.GetUtcNow()).IsEmpty && Coordination.NextWake(snapshot, _world.Time.GetUtcNow()) is null;
    }

    private async Task PassAsync(TimeSpan time) => await UntilAsync(() => false, time);

    /// <summary>Lets time pass until it is so, looking once a second; false when it never was.</summary>
    private async Task<bool> UntilAsync(Func<bool> holds, TimeSpan atMost)
    {
        var end = _world.Time.GetUtcNow() + atMost;
        for (var second = -1L; ;)
        {
            await QuietAsync();
            if (_world.Time.GetUtcNow().Ticks / TimeSpan.TicksPerSecond is var now && now != second && holds())
                return true;
            second = now;
            if (!_world.Time.Next(end))
            {
                await QuietAsync();
                return holds();
            }
        }
    }

    /// <summary>The pool has one thread, and this runs on it: when nothing waits for it, nothing can be done until time passes.</summary>
    private static async Task QuietAsync()
    {
        do
            await Task.Yield();
        while (ThreadPool.PendingWorkItemCount > 0);
    }

    private string Fingerprint()
    {
        StringBuilder all = new();
        foreach (var (at, node, e) in _world.Written)
            all.Append(CultureInfo.InvariantCulture, $"{at.Ticks} {node} {e}\n");
        foreach (var (at, key, split, node) in _world.Router.History)
            all.Append(CultureInfo.InvariantCulture, $"{at.Ticks} {node} {key} {split}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all.ToString())))[..16];
    }
}
