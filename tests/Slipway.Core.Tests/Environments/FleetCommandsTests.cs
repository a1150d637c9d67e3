using System.Collections.Immutable;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Strategies;
using Slipway.Core.Tests.Deployments;
using Slipway.Core.Traffic;

namespace Slipway.Core.Tests.Environments;

/// <summary>Every command to a whole fleet, in the states it can be in.</summary>
public class FleetCommandsTests
{
    private static readonly EnvironmentName Fleet = new("production");

    private static readonly Dictionary<string, Func<ProjectWorld>> States = new()
    {
        ["no candidate"] = () => new ProjectWorld(Project()),
        ["nothing yet"] = () => new ProjectWorld(Project()).Create("1.0.0"),
        ["first ring under way"] = Begun,
        ["a member is paused"] = () => With(Begun(), new EnvironmentCommand.Pause("ana", null)),
        ["second ring under way"] = () => Begun().Succeed(new("production-a")),
        ["the line is stopped"] = () => Begun().Fail(new("production-a"), RollbackCause.Failed),
        ["everywhere"] = Everywhere,
        ["a newer one is there"] = () => Everywhere().Create("2.0.0"),
        ["taken back"] = () => With(With(Everywhere().Create("2.0.0"), new EnvironmentCommand.Promote("ana", null)), new EnvironmentCommand.Rollback(null, "ana", null)).SucceedAll(),
        ["held"] = () => With(Everywhere(), new EnvironmentCommand.HoldPromotions("ana", null)),
    };

    public static TheoryData<string> Named => [.. States.Keys];

    [Theory]
    [MemberData(nameof(Named))]
    public void EveryCommandIsAnsweredAndAskingTwiceIsAskingOnce(string state)
    {
        foreach (var offer in Offers.Of(States[state]().Snapshot, Fleet, "ana", Given.Noon))
        {
            Assert.NotEmpty(offer.Outcome.Refusal is { } refusal ? refusal.Remedy : offer.Outcome.Said);
            if (offer.Command is EnvironmentCommand.Promote)
                continue;
            var w = States[state]();
            var first = w.Act(Fleet, offer.Command);
            var again = w.Act(Fleet, offer.Command);
            Assert.False(first.Refusal is null && first.DoesSomething && again.DoesSomething, $"{state}: {offer.Typed}: first '{first.Said}', then again '{again.Said}'");
        }
    }

    [Fact]
    public void OnlyMembersThatItMeansSomethingToHearACommandAndTheAnswerSaysWhatItBrings()
    {
        var w = Begun();
        var paused = w.Act(Fleet, new EnvironmentCommand.Pause("ana", null));
        Assert.Equal([new EnvironmentName("production-a")], paused.Members.Select(m => m.Member));
        Assert.StartsWith("1 of 3 members: shop.production-a.1: it stops at the present step", paused.Said, StringComparison.Ordinal);
        Assert.Equal("SLIP0301", w.Act(Fleet, new EnvironmentCommand.Approve("ana", null)).Refusal?.Code);
        Assert.Equal("nothing waits here", w.Act(Fleet, new EnvironmentCommand.Cancel(null, "ana", null)).Said);
    }

    private static ProjectWorld Begun() => With(new ProjectWorld(Project()).Create("1.0.0"), new EnvironmentCommand.Promote("ana", null));

    private static ProjectWorld Everywhere() => Begun().SucceedAll();

    private static ProjectWorld With(ProjectWorld w, EnvironmentCommand command)
    {
        Assert.Null(w.Act(Fleet, command).Refusal);
        return w;
    }

    private static Project Project()
    {
        ImmutableArray<Ring> rings = [new("pilot", [new("production-a")]), new("rest", [new("production-b"), new("production-c")])];
        return new()
        {
            Id = new ProjectId("shop"),
            Fleets = [new FleetSpec { Name = Fleet, Rings = rings, AtOnce = 2 }],
            Environments = [.. rings.SelectMany((r, i) => r.Members.Select(m => new EnvironmentSpec
            {
                Name = m, Slice = new Slice.None(), Deploy = Given.Recipe, Member = new FleetMember(Fleet, i, m.Value[^1..]),
                Strategy = [new DeployStep(), Given.Percent(10, 60), Given.Percent(100)], Checks = Given.Errors,
            }))],
        };
    }
}
