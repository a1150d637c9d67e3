using Slipway.Integrations.Deployers.Processes;

namespace Slipway.Integrations.Tests.Deployers;

public class ProcessTableTests
{
    [Fact]
    public void AProgramsNameMayHoldSpacesAndParentheses()
    {
        const string line = "42 (a) S (b) Z 1 40 39 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123456 1 2";

        Assert.Equal(new ProcessStat(42, 'Z', 40, 39, 123456), ProcessTable.Parse(42, line));
        Assert.False(ProcessTable.Parse(42, line)!.Value.IsAlive);
    }

    [Fact]
    public void ThisMachineCanRunProcesses() => Assert.Empty(ProcessDeployer.Requirements());

    [Theory]
    [InlineData("shop/canary/1.2.3-rc1+b_2", true)]
    [InlineData("shop/canary", false)]
    [InlineData("shop/canary/..", false)]
    [InlineData("../canary/1", false)]
    [InlineData("shop/canary/1/2", false)]
    [InlineData("shop//1", false)]
    public void OnlyProperNamesBecomeDirectories(string text, bool proper) => Assert.Equal(proper, InstanceFiles.Parse(text)?.ToString() == text);
}
