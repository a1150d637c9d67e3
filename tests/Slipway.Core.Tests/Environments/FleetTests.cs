using System.Collections.Immutable;
using CsCheck;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Strategies;
using Slipway.Core.Tests.Deployments;
using Slipway.Core.Traffic;
using static Slipway.Core.Tests.Deployments.RolloutPromises;

namespace Slipway.Core.Tests.Environments;

/// <summary>Rings and waves: 200 targets in 5 rings, and small fleets at random.</summary>
public class FleetTests
{
    private static readonly EnvironmentName Fleet = new("production");

    [Fact]
    public void RingsFollowEachOtherAfterTheirSoakAndNeverMoreAtOnceThanAllowed()
    {
        var w = Serving(Large(atOnce: 10), "1.0.0").Create("2.0.0");
        var fleet = w.Snapshot.Configuration.Fleets[0];
        for (var ring = 0; ring < 5; ring++)
        {
            Assert.Equal(Math.Min(10, fleet.Rings[ring].Members.Length), UnderWay(w).Count);
            Assert.All(UnderWay(w), m => Assert.Equal(ring, w.Snapshot.Spec(m).Member!.Ring));
            while (UnderWay(w) is [var next, ..])
                w.Succeed(next);
            w.After(TimeSpan.FromMinutes(30));
        }

        Assert.All(fleet.Members, m => Assert.Equal("2.0.0", w.Serving(m)));
        Assert.NotNull(Waves.DoneAt(w.Snapshot, fleet, new("2.0.0")));
    }

    [Fact]
    public void OneFailingTargetOfTwoHundredStopsTheLineWithinATickAndOnlyWhatIsExposedGoesBack()
    {
        var w = Serving(Large(atOnce: 10), "1.0.0").Create("2.0.0");
        var fleet = w.Snapshot.Configuration.Fleets[0];
        FinishRing(w, 0);
        w.After(TimeSpan.FromMinutes(30));
        var begun = fleet.Members.Where(m => w.Of(m).Count > 1).ToHashSet();
        var failing = UnderWay(w)[3];
        w.Tell(failing, new DeploymentInput.Answered("start/0/1", new EffectAnswer.Failed("no room")));
        Assert.Contains("ring-2", Waves.Stopped(w.Snapshot, fleet, new("2.0.0")), StringComparison.Ordinal);
        Assert.All(UnderWay(w), m => Assert.True(w.Snapshot.Active(m) is { Phase: Phase.RollingBack } or { Spec.Kind: DeploymentKind.Rollback }));
        w.SucceedAll().After(TimeSpan.FromDays(1));
        Assert.All(fleet.Members, m => Assert.Equal("1.0.0", w.Serving(m)));
        Assert.Equal(begun, [.. fleet.Members.Where(m => w.Of(m).Count > 1)]);
    }

    [Fact]
    public void TheProgressSaysHowManyOfEachRingHaveTheCandidate()
    {
        var w = Serving(Large(atOnce: 10), "1.0.0").Create("2.0.0");
        FinishRing(w, 0);
        w.After(TimeSpan.FromMinutes(30)).Succeed(UnderWay(w)[0]);
        var progress = FleetProgress.Of(w.Snapshot, w.Snapshot.Configuration.Fleets[0]);
        Assert.Equal(("2.0.0", null), (progress.Candidate?.Value, progress.Stopped));
        Assert.Equal([new("ring-1", 2, 2, 0, 0), new("ring-2", 20, 1, 10, 0), new("ring-3", 40, 0, 0, 0)], progress.Rings.Take(3));
    }

    [Fact]
    public void TheStorySaysWhereItIsWhyAndWhatComesNext()
    {
        var w = Serving(Large(atOnce: 10), "1.0.0");
        Assert.Equal("1.0.0 in production: 200 of 200 targets serve it", FleetStory.Of(w.Snapshot, w.Snapshot.Configuration.Fleets[0]).Summary);
        w.Create("2.0.0").Fail(Member("r1-1"), RollbackCause.Failed).SucceedAll();
        var story = FleetStory.Of(w.Snapshot, w.Snapshot.Configuration.Fleets[0]);
        Assert.StartsWith("2.0.0 in production: ", story.Summary, StringComparison.Ordinal);
        Assert.StartsWith("the line is stopped: 2.0.0 failed in production-r1-1", story.Why[0], StringComparison.Ordinal);
        Assert.Contains(" went back", story.Why[1], StringComparison.Ordinal);
        Assert.Contains("retry a target that went back", Assert.Single(story.Next), StringComparison.Ordinal);
        Assert.Contains("nothing was ever deployed", FleetStory.Of(new ProjectWorld(Large(atOnce: 10)).Snapshot, w.Snapshot.Configuration.Fleets[0]).Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void AMinimumBelowAllForgivesAFewTargets()
    {
        var w = Serving(Large(atOnce: 40, minimum: 90), "1.0.0").Create("2.0.0");
        FinishRing(w, 0);
        w.After(TimeSpan.FromMinutes(30));
        var failing = UnderWay(w).Take(2).ToList();
        failing.ForEach(m => w.Fail(m, RollbackCause.Failed));
        Assert.Null(Waves.Stopped(w.Snapshot, w.Snapshot.Configuration.Fleets[0], new("2.0.0")));
        FinishRing(w, 1);
        w.After(TimeSpan.FromMinutes(30));
        Assert.All(UnderWay(w), m => Assert.Equal(2, w.Snapshot.Spec(m).Member!.Ring));
        Assert.All(failing, m => Assert.Equal("1.0.0", w.Serving(m)));
    }

    [Fact]
    public void ACandidateThatIsBadInOneTargetGoesBackInAllOfThem()
    {
        var w = Serving(Large(atOnce: 10), "1.0.0").Create("2.0.0");
        FinishRing(w, 0);
        w.After(TimeSpan.FromMinutes(30)).Fail(UnderWay(w)[0], RollbackCause.Bad);
        Assert.True(w.Snapshot.Project.IsBad(new("2.0.0")));
        Assert.All(w.SucceedAll().Snapshot.Configuration.Fleets[0].Members, m => Assert.Equal("1.0.0", w.Serving(m)));
    }

    [Fact]
    public void AskingAgainAfterTheLineStoppedGoesThroughTheRingsOnceMore()
    {
        var w = Serving(Large(atOnce: 10), "1.0.0").Create("2.0.0").Fail(Member("r1-1"), RollbackCause.Failed).SucceedAll().After(TimeSpan.FromMinutes(1));
        Assert.Empty(UnderWay(w));
        Assert.Null(w.Act(Fleet, new EnvironmentCommand.Retry("ana", "more room now")).Refusal);
        for (var ring = 0; ring < 5; ring++)
        {
            FinishRing(w, ring);
            w.After(TimeSpan.FromMinutes(30));
        }

        Assert.All(w.Snapshot.Configuration.Fleets[0].Members, m => Assert.Equal("2.0.0", w.Serving(m)));
    }

    [Fact]
    public void TakingOneTargetBackByHandLeavesTheOthersAlone()
    {
        var w = Serving(Large(atOnce: 200), "1.0.0").Create("2.0.0");
        for (var ring = 0; ring < 5; ring++)
        {
            FinishRing(w, ring);
            w.After(TimeSpan.FromMinutes(30));
        }

        Assert.Null(w.RollBack(Member("r3-2")));
        w.SucceedAll().After(TimeSpan.FromDays(1));
        Assert.Equal("1.0.0", w.Serving(Member("r3-2")));
        Assert.Equal(199, w.Snapshot.Configuration.Fleets[0].Members.Count(m => w.Serving(m) == "2.0.0"));
    }

    [Fact]
    public void RollingTheFleetBackConcernsOnlyTheExposedTargets()
    {
        var w = Serving(Large(atOnce: 10, promote: new PromotionPolicy.Manual()), "1.0.0").Create("2.0.0");
        Assert.Null(w.Deploy(Fleet, "2.0.0"));
        FinishRing(w, 0);
        w.After(TimeSpan.FromMinutes(30));
        var exposed = w.Snapshot.Configuration.Fleets[0].Members.Where(m => w.Of(m).Count > 1).ToHashSet();
        var outcome = w.Act(Fleet, new EnvironmentCommand.Rollback(null, "ana", "looks odd"));
        Assert.Equal(exposed, [.. outcome.Members.Select(m => m.Member)]);
        w.SucceedAll().After(TimeSpan.FromDays(1));
        Assert.All(w.Snapshot.Configuration.Fleets[0].Members, m => Assert.Equal("1.0.0", w.Serving(m)));
    }

    [Fact]
    public void WhatComesAfterAFleetWaitsForItsLastRing()
    {
        var project = Large(atOnce: 200);
        project = project with { Environments = project.Environments.Add(project.Environments[^1] with { Name = new("archive"), After = [Fleet], Member = null }) };
        var w = new ProjectWorld(project).Create("1.0.0");
        for (var ring = 0; ring < 5; ring++)
        {
            Assert.Null(w.Of(new("archive")).Active);
            FinishRing(w, ring);
            w.After(TimeSpan.FromMinutes(30));
        }

        Assert.NotNull(w.Of(new("archive")).Active);
    }

    [Fact]
    public void InAnyFleetNoMemberBeginsBeforeItsTurnAndItComesToRest() =>
        Gen.Select(Gen.Int[1, 4].Array[1, 4], Gen.Int[1, 5], Gen.Int[0, 100], Gen.Select(Gen.Int[0, 5], Gen.Int[0, 99]).Array[0, 60]).Sample((rings, atOnce, minimum, life) =>
        {
            var project = Make(rings, atOnce, minimum, new PromotionPolicy.Automatic(TimeSpan.Zero));
            var fleet = project.Fleets[0];
            ProjectWorld w = null!;
            w = new ProjectWorld(project)
            {
                ByItself = spec =>
                {
                    if (spec.Kind is DeploymentKind.Rollback)
                        return;
                    var candidate = spec.Candidate.Candidate;
                    var ring = w.Snapshot.Spec(spec.Environment.Name).Member!.Ring;
                    Must(w.Snapshot.Environments.Values.Count(e => e.Active is not null) < fleet.AtOnce, "more at once than allowed");
                    foreach (var before in fleet.Rings.Take(ring))
                        Must(before.Members.Count(m => w.Of(m).SucceededAt.ContainsKey(candidate)) >= fleet.Needed(before), "a ring began before the one before it was done");
                },
            };
            foreach (var (op, n) in life)
            {
                var member = fleet.Members.ElementAt(n % fleet.Members.Count());
                switch (op)
                {
                    case 0: w.Create($"1.0.{w.Snapshot.Project.Candidates.Length}"); break;
                    case 1 or 2: w.Succeed(member); break;
                    case 3 when n < 30: w.Fail(member, (RollbackCause)(n % 3)); break;
                    case 4: w.After(TimeSpan.FromMinutes(n)); break;
                    case 5 when n < 10: w.Act(Fleet, new EnvironmentCommand.Rollback(null, "ana", null)); break;
                }
            }

            for (var i = 0; i < 20; i++)
                w.SucceedAll().After(TimeSpan.FromHours(1));
            Must(UnderWay(w).Count == 0, "not at rest");
        }, iter: Runs.Of(2_000));

    private static EnvironmentName Member(string target) => new($"production-{target}");

    private static List<EnvironmentName> UnderWay(ProjectWorld w) => [.. w.Snapshot.Configuration.Fleets[0].Members.Where(m => w.Of(m).Active is not null)];

    private static void FinishRing(ProjectWorld w, int ring)
    {
        while (UnderWay(w).FirstOrDefault(m => w.Snapshot.Spec(m).Member!.Ring == ring) is { Value: not null } next)
            w.Succeed(next);
    }

    private static ProjectWorld Serving(Project project, string version)
    {
        var w = new ProjectWorld(project with { Fleets = [project.Fleets[0] with { AtOnce = 1000, Soak = TimeSpan.Zero }] }).Create(version);
        if (project.Environments[0].Promote is PromotionPolicy.Manual)
            w.Deploy(Fleet, version);
        w.SucceedAll();
        return w.Apply(project);
    }

    private static Project Large(int atOnce, int minimum = 100, PromotionPolicy? promote = null) => Make([2, 20, 40, 60, 78], atOnce, minimum, promote ?? new PromotionPolicy.Automatic(TimeSpan.Zero));

    private static Project Make(int[] sizes, int atOnce, int minimum, PromotionPolicy promote)
    {
        ImmutableArray<Ring> rings = [.. sizes.Select((size, i) => new Ring($"ring-{i + 1}", [.. Enumerable.Range(1, size).Select(t => Member($"r{i + 1}-{t}"))]))];
        return new Project
        {
            Id = new ProjectId("shop"),
            Fleets = [new FleetSpec { Name = Fleet, Rings = rings, AtOnce = atOnce, Minimum = new Weight(minimum * 1000), Soak = TimeSpan.FromMinutes(30) }],
            Environments = [.. rings.SelectMany((r, i) => r.Members.Select(m => new EnvironmentSpec
            {
                Name = m, Slice = new Slice.None(), Deploy = Given.Recipe, Promote = promote, Member = new FleetMember(Fleet, i, m.Value["production-".Length..]),
                Strategy = [new DeployStep(), Given.Percent(10, 60), Given.Percent(100)], Checks = Given.Errors,
            }))],
        };
    }
}
