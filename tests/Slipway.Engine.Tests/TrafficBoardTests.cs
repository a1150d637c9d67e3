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

    private static SideCounts Counts(InstanceRole role, long completed) => new() { Environment = Production, Candidate = Version, Role = role, Completed = completed };
}
