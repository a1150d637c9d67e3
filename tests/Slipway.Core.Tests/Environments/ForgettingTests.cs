using CsCheck;
using Slipway.Core.Environments;
using Slipway.Core.Releases;
using static Slipway.Core.Tests.Environments.ProjectWorld;

namespace Slipway.Core.Tests.Environments;

public class ForgettingTests
{
    private static readonly TimeSpan Keep = TimeSpan.FromDays(400);

    [Fact]
    public void WhatNothingReachesIsForgottenAndTheNewestStay()
    {
        var world = Releases(30).After(Keep * 2).Forget(Keep, Forgetting.Newest);

        Assert.Equal(Enumerable.Range(21, 10).Select(n => $"1.0.{n}"), world.Snapshot.Project.Candidates.Select(c => c.Id.Value));
        Assert.Equal(10, world.Of(Production).Good.Length);
        Assert.Equal(10, world.Of(Production).SucceededAt.Count);
        Assert.InRange(world.Of(Production).ReplacedAt.Count, 9, 10);
        Assert.Equal(31, world.Create("1.0.31").Snapshot.Project.Candidates[^1].Number);
    }

    [Fact]
    public void NothingYoungIsForgotten() => Assert.Empty(Forgetting.Candidates(Releases(30).Snapshot, Keep, Releases(30).Now));

    [Fact]
    public void WhatServesWhereNothingNewWasDeployedStays()
    {
        var world = new ProjectWorld(ThreeStages()).Create("1.0.1").SucceedAll();
        world.Act(Production, new EnvironmentCommand.HoldPromotions("ana", null));
        foreach (var n in Enumerable.Range(2, 30))
            world.Create($"1.0.{n}").SucceedAll();
        world.After(Keep * 2).Forget(Keep, 1);

        Assert.Equal("1.0.1", world.Serving(Production));
        Assert.NotNull(world.Snapshot.Project.Find(new CandidateId("1.0.1")));
    }

    [Fact]
    public void WhoIsBadIsNeverForgottenAndNeverComesBack()
    {
        var world = Releases(3).Create("1.0.4").Flag("1.0.4").SucceedAll();
        foreach (var n in Enumerable.Range(5, 30))
            world.Create($"1.0.{n}").SucceedAll();
        world.After(Keep * 2).Forget(Keep, 1);

        Assert.True(world.Snapshot.Project.IsBad(new CandidateId("1.0.4")));
        Assert.NotNull(world.Snapshot.Project.Find(new CandidateId("1.0.4")));
        Assert.Equal("SLIP0302", world.Deploy(Dogfood, "1.0.4")?.Code);
    }

    [Fact]
    public void ForgettingChangesNothingThatFollows() =>
        Gen.Select(Gen.Select(Gen.Int[0, 11], Gen.Int[0, 99]).Array[0, 60], Gen.Int[0, 120], Gen.Int[1, 5]).Sample((life, minutes, newest) =>
        {
            ProjectWorld world = new(ThreeStages(TimeSpan.FromMinutes(5)));
            foreach (var (op, n) in life)
                CoordinationModelTests.Do(world, [], op, n);
            var (before, keep) = (world.Snapshot, TimeSpan.FromMinutes(minutes));
            world.Forget(keep, newest);
            var after = world.Snapshot;

            Assert.Equal(before.Project.Bad, after.Project.Bad);
            Assert.Equal(Versions.Next(before.Project with { Project = Semver }, world.Now), Versions.Next(after.Project with { Project = Semver }, world.Now));
            Assert.Equal(before.Project.NextNumber, after.Project.NextNumber);
            Assert.All(before.Configuration.Environments, e =>
            {
                var (was, now) = (before.Of(e.Name), after.Of(e.Name));
                Assert.Equal((was.Stable, was.Active, was.Last, was.LastGood(before.Project)), (now.Stable, now.Active, now.Last, now.LastGood(after.Project)));
                Assert.All(Eligibility.Candidates(after, e), c => Assert.Contains(c, Eligibility.Candidates(before, e)));
                Assert.Equal(StateJson.Write(now), StateJson.Write(StateJson.Read<EnvironmentState>(StateJson.Write(now))));
            });
            Assert.Empty(Forgetting.Candidates(after, keep, world.Now, newest));
            Assert.All(after.Configuration.Places, name => Assert.Empty(Forgetting.Left(after.Project, after.Of(name))));
        }, iter: Runs.Of(2_000), print: run => $"{run.Item2} {run.Item3}: {string.Join(" ", run.Item1)}");

    private static Core.Projects.Project Semver { get; } = ThreeStages() with { Versions = Core.Projects.VersionScheme.Semver };

    private static ProjectWorld Releases(int count)
    {
        ProjectWorld world = new(ThreeStages());
        foreach (var n in Enumerable.Range(1, count))
            world.Create($"1.0.{n}").SucceedAll();
        return world;
    }
}
