using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;

namespace Slipway.Engine.Storms;

/// <summary>
/// What a storm is made of. Odd seeds are storms of a plain ramp on one clock, as they always were, so that their stories stay; even ones have
/// what this draws: clocks that differ, owners, hooks, checks, several instances.
/// </summary>
internal sealed record Recipe
{
    /// <summary>The most that a clock differs from the one that is right, either way.</summary>
    private const int MostSkew = 3_000;

    /// <summary>Whether each project is acted for by one engine of several, as in a cluster; otherwise by all that are there.</summary>
    public bool Owned { get; private init; }

    public bool Skewed { get; private init; }

    public bool Hooks { get; private init; }

    public bool Checks { get; private init; }

    public bool Scaling { get; private init; }

    /// <summary>Versions that answer with errors.</summary>
    public ImmutableHashSet<string> Faulty { get; private init; } = [];

    public static Recipe Draw(int seed, Random chance) => seed % 2 != 0 ? new Recipe() : new Recipe
    {
        Owned = chance.Next(3) != 0,
        Skewed = chance.Next(2) == 0,
        Hooks = chance.Next(2) == 0,
        Checks = chance.Next(3) == 0,
        Scaling = chance.Next(3) == 0,
        Faulty = [.. new[] { "2.0.0", "3.0.0", "4.0.0", "5.0.0" }.Where(_ => chance.Next(4) == 0)],
    };

    /// <summary>How far a new engine's clock is ahead.</summary>
    public TimeSpan Skew(Random chance) => Skewed ? TimeSpan.FromMilliseconds(chance.Next(-MostSkew, MostSkew + 1)) : TimeSpan.Zero;

    /// <summary>A canary, then production by itself, each with a ramp of four weights.</summary>
    public Project Project(ProjectId id) => new()
    {
        Id = id,
        Service = Checks ? new ServiceSpec(["shop.test"], UserKeySource.ClientAddress) : null,
        Environments = [Place("canary", new Slice.Percent(new Weight(2_000))), Place("production", new Slice.Rest(), "canary")],
    };

    private EnvironmentSpec Place(string name, Slice slice, params string[] after) => new()
    {
        Name = new EnvironmentName(name), After = [.. after.Select(a => new EnvironmentName(a))], Slice = slice,
        Deploy = new DeploySpec.Process { Command = ["shop"], Instances = Scaling ? 3 : 1 }, Promote = new PromotionPolicy.Automatic(TimeSpan.FromSeconds(3)),
        Scaling = Scaling ? Core.Projects.Scaling.Follow : Core.Projects.Scaling.Keep,
        Checks = Checks ? [new CheckSpec.Errors()] : [],
        Hooks = !Hooks ? Core.Projects.Hooks.None : new Hooks
        {
            Before = [Hook("migrate") with { Undo = Hook("unmigrate") }], After = [Hook("announce") with { Retries = 0 }], OnRollback = [Hook("tell")],
        },
        Strategy =
        [
            new DeployStep(), .. Scaling ? new Step[] { new ScaleStep(2) } : [], Ramp(10), .. Checks ? new Step[] { new BakeStep(TimeSpan.FromSeconds(4)) } : [],
            .. Scaling ? new Step[] { new ScaleStep(null) } : [], Ramp(30), .. Checks ? new Step[] { new CheckStep(TimeSpan.FromMinutes(1)) } : [], Ramp(60),
            new WeightStep(Weight.Full, TimeSpan.Zero, false),
        ],
    };

    private static WeightStep Ramp(int percent) => new(new Weight(percent * 1000), World.Hold, false);

    private static HookSpec.Command Hook(string name) => new HookSpec.Command([name]) { Name = name };
}
