using Slipway.Core.Environments;
using Slipway.Core.Projects;
using static Slipway.Core.Tests.Environments.ProjectWorld;

namespace Slipway.Core.Tests.Environments;

public class FlagCommandsTests
{
    [Fact]
    public void FlaggingSaysWhatFollowsWhere()
    {
        ProjectWorld w = new(ThreeStages(TimeSpan.FromHours(1)));
        w.Create("1.0.0").SucceedAll().After(TimeSpan.FromHours(2)).SucceedAll().After(TimeSpan.FromHours(4)).SucceedAll();
        w.Create("2.0.0").After(TimeSpan.FromHours(2)).Succeed(Dogfood).After(TimeSpan.FromHours(2));
        Assert.Equal("2.0.0", w.Serving(Dogfood));
        Assert.Equal("2.0.0 is bad from now on: dogfood goes back to 1.0.0, it is stopped in canary, and nothing deploys it again", Flag(w, "2.0.0").Said);
    }

    [Fact]
    public void FlaggingTwiceIsFlaggingOnceAndSoIsUnflagging()
    {
        var w = new ProjectWorld(ThreeStages(onFail: OnFail.Pause)).Create("1.0.0");
        Assert.False(FlagCommands.Unflag(w.Snapshot, new("1.0.0"), "ana", "fine", w.Now).DoesSomething);
        w.Mark(Flag(w, "1.0.0"));
        Assert.Equal((false, "1.0.0 is flagged bad already, by ana: slow"), (Flag(w, "1.0.0").DoesSomething, Flag(w, "1.0.0").Said));
        w.SucceedAll();
        var unflagged = w.Mark(FlagCommands.Unflag(w.Snapshot, new("1.0.0"), "ana", "fine", w.Now));
        Assert.Equal("1.0.0 may be deployed again; in dogfood, where it went back, only when a person names it", unflagged.Said);
        Assert.False(w.Snapshot.Project.IsBad(new("1.0.0")));
    }

    private static CommandOutcome Flag(ProjectWorld w, string version) => FlagCommands.Flag(w.Snapshot, new(version), "ana", "slow", w.Now);
}
