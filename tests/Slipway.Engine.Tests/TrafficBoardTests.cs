using Microsoft.Extensions.Time.Testing;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Engine.Traffic;

namespace Slipway.Engine.Tests;

public class TrafficBoardTests
{
    private static readonly EnvironmentKey Production = new(new ProjectId("shop"), new EnvironmentName("production"));
    private static readonly CandidateId Version = new("1.0.0");

    [Fact]
    public void TheFreshBaselineIsCountedApartFromTheOtherInstancesOfItsVersion()
    {
        TrafficBoard board = new(new FakeTimeProvider());
        using var tap = board.Tap(Production.Project);

        board.Add(new TrafficSecond(DateTimeOffset.UnixEpoch, [Counts(InstanceRole.Serving, 70), Counts(InstanceRole.Baseline, 20)]));

        var taken = tap.Take();
        foreach (var (role, count) in (ReadOnlySpan<(InstanceRole, long)>)[(InstanceRole.Serving, 70), (InstanceRole.Baseline, 20)])
        {
            InstanceId id = new(Production, Version, role);
            Assert.Equal((count, count), (board.Pieces(id).Sum(p => p.Counts.Completed), taken[id].Completed));
        }
    }

    [Fact]
    public void ATapHearsOnlyItsOwnProjectUntilItIsClosed()
    {
        TrafficBoard board = new(new FakeTimeProvider());
        using var other = board.Tap(new ProjectId("other"));
        var (first, second) = (board.Tap(Production.Project), board.Tap(Production.Project));
        first.Dispose();

        board.Add(new TrafficSecond(DateTimeOffset.UnixEpoch, [Counts(InstanceRole.Serving, 70)]));

        Assert.Empty(other.Take());
        Assert.Empty(first.Take());
        Assert.Equal(70, Assert.Single(second.Take()).Value.Completed);
        second.Dispose();
    }

    [Fact]
    public void ARegionIsKeptApartUntilNothingIsHeardOfItAndTwelveAtMost()
    {
        FakeTimeProvider time = new();
        TrafficBoard board = new(time);
        using var tap = board.Tap(Production.Project);

        Assert.Equal(12, Regions(Enumerable.Range(0, 13)).Count);
        Assert.Equal(["region/r00"], Regions([0, 13]));
        time.Advance(TimeSpan.FromMinutes(11));
        Assert.Empty(Regions([13]));
        Assert.Equal(["region/r13"], Regions([13]));

        List<string> Regions(IEnumerable<int> heard)
        {
            foreach (var region in heard)
                board.Add(new TrafficSecond(DateTimeOffset.UnixEpoch, [Counts(InstanceRole.Serving, 70)]), $"r{region:00}");
            var side = Assert.Single(tap.Take()).Value;
            Assert.Equal(70 * heard.Count(), side.Completed);
            return side.Strata.IsDefault ? [] : [.. side.Strata.Where(s => s.Completed == 70).Select(s => s.Name)];
        }
    }

    private static SideCounts Counts(InstanceRole role, long completed) => new() { Environment = Production, Candidate = Version, Role = role, Completed = completed };
}
