using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;

namespace Slipway.Engine.Storms;

/// <summary>Users who ask all the time: each second every engine that can hear is told what was counted of what was really served.</summary>
internal sealed class Users(World world, Random chance)
{
    private const double PerSecond = 20_000;

    private const double Usual = 0.004;

    public ITimer Begin(IReadOnlyList<Node> nodes) => world.Time.Timer(null, _ => Count(nodes), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

    private void Count(IReadOnlyList<Node> nodes)
    {
        TrafficSecond second = new(world.Time.GetUtcNow(), [.. world.Project.Environments.SelectMany(Sides)]);
        foreach (var node in nodes)
            node.WhenItRuns(() => node.Engine.Counts.Add(second));
    }

    private IEnumerable<SideCounts> Sides(EnvironmentSpec environment)
    {
        var key = world.Project.Key(environment);
        if (world.Router.Serves(key) is not { } served)
            yield break;
        var all = PerSecond * (environment.Slice is Slice.Percent percent ? percent.Share.Share : 1);
        var candidate = served.Split.Candidate is null || served.CandidateEndpoints.IsEmpty ? 0 : served.Split.Weight.Share;
        if (served.Split.Stable is { } stable && candidate < 1)
            yield return Side(key, stable, all * (1 - candidate));
        if (served.Split.Candidate is { } next && candidate > 0)
            yield return Side(key, next, all * candidate);
    }

    private SideCounts Side(EnvironmentKey key, CandidateId version, double requests)
    {
        var (count, rate) = (Whole(requests), world.Recipe.Faulty.Contains(version.Value) ? 0.3 : Usual);
        return new SideCounts { Environment = key, Candidate = version, Started = count, Completed = count, ServerErrors = Math.Min(count, Whole(count * rate)) };
    }

    /// <summary>Its fraction is a whole one as often as it says.</summary>
    private long Whole(double number) => (long)(number + chance.NextDouble());
}
