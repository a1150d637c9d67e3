using Slipway.Testing;

namespace Slipway.Tests.EndToEnd.Scenarios;

/// <summary>The peers' acceptance cases with traffic, by the same ids as on the simulated world, with everything real.</summary>
[Collection(EndToEnd.Name)]
public class LiveScenarioTests
{
    public static TheoryData<string> Ids => [.. Script.All().Select(s => s.ToString())];

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task TheScenarioEndsAsItSaysWithRealTraffic(string scenario)
    {
        EndToEnd.NeedProcesses();
        await using LiveStage stage = new();
        await stage.PlayAsync(Script.All().Single(s => s.ToString() == scenario));
    }
}
