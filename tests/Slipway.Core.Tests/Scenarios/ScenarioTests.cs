using Slipway.Testing;

namespace Slipway.Core.Tests.Scenarios;

/// <summary>The peers' acceptance cases, restated, each by its id, on the real core in a simulated world.</summary>
public class ScenarioTests
{
    public static TheoryData<string> Ids => [.. Script.All().Select(s => s.ToString())];

    [Theory]
    [MemberData(nameof(Ids))]
    public void TheScenarioEndsAsItSays(string scenario) => new Stage().Play(Script.All().Single(s => s.ToString() == scenario));

    [Fact]
    public void EveryScenarioHasItsOwnId() => Assert.Empty(Script.All().GroupBy(s => s.Id).Where(g => g.Count() > 1).Select(g => g.Key));
}
