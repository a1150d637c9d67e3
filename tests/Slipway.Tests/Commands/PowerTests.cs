using System.Text.Json.Nodes;

namespace Slipway.Tests.Commands;

public sealed class PowerTests
{
    [Fact]
    public async Task EveryFaultAndEveryGateIsInTheAnswer()
    {
        var run = await Slip.RunAsync([], "", CancellationToken.None, "analysis", "power", "--rps", "100", "--error-rate", "0.5%", "--weight", "5%", "--format", "json");
        Assert.Equal(ExitCode.Ok, run.Code);
        var told = JsonNode.Parse(run.Out)!;
        Assert.Equal(["errors x1.5", "errors x2", "errors x5", "errors x20", "1 % of users fail", "outage", "10 % slower", "25 % slower", "50 % slower"], told["faults"]!.AsArray().Select(f => (string)f!["name"]!));
        Assert.Equal([1_000, 5_000, 10_000, 25_000, 50_000], told["gates"]!.AsArray().Select(g => (int)g!["exposure"]!));
        Assert.InRange((double)told["faults"]![2]!["requests"]!, 300, 600);
        Assert.Empty(told["warnings"]!.AsArray());
    }

    [Fact]
    public async Task ASmallerChanceOfFalseAlarmsTakesLonger()
    {
        async Task<double> RequestsAsync(string alpha)
        {
            var run = await Slip.RunAsync([], "", CancellationToken.None, "analysis", "power", "--rps", "100", "--error-rate", "0.5", "--alpha", alpha, "--format", "json");
            return (double)JsonNode.Parse(run.Out)!["faults"]![1]!["requests"]!;
        }

        Assert.True(await RequestsAsync("0.0001") > 1.3 * await RequestsAsync("0.01"));
    }

    [Fact]
    public async Task ADocumentsRoutesAreInTheAnswer()
    {
        using TemporaryDirectory home = new();
        async Task<double> RequestsAsync(string routes)
        {
            var document = Path.Combine(home.Path, "slipway.yaml");
            await File.WriteAllTextAsync(document, $$"""
                project: shop
                service: { host: shop.example{{routes}} }
                environments:
                  - name: production
                    deploy: { process: { command: ./shop } }
                    checks: [errors]
                """);
            var run = await Slip.RunAsync([], "", CancellationToken.None, "analysis", "power", "--rps", "100", "--error-rate", "0.5", "--checks", document, "--format", "json");
            return (double)JsonNode.Parse(run.Out)!["faults"]![1]!["requests"]!;
        }

        Assert.True(await RequestsAsync(", routes: { checkout: /checkout }") > 1.08 * await RequestsAsync(""));
    }

    [Fact]
    public async Task LittleTrafficIsWarnedOfByCodeWithWhatWouldHelp()
    {
        var run = await Slip.RunAsync([], "", CancellationToken.None, "analysis", "power", "--rps", "0.2", "--error-rate", "1%", "--weight", "10%");
        Assert.Contains("SLIP0902", run.Out, StringComparison.Ordinal);
        Assert.Contains("objective", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--rps", "0", "--error-rate", "1%", "--rps")]
    [InlineData("--rps", "1", "--error-rate", "many", "--error-rate")]
    [InlineData("--rps", "1", "--error-rate", "1%", "--weight", "--weight", "200%")]
    [InlineData("--rps", "1", "--error-rate", "1%", "--within", "--within", "soon")]
    public async Task NonsenseIsToldWithItsOption(string a, string b, string c, string d, string place, params string[] more)
    {
        var run = await Slip.RunAsync([], "", CancellationToken.None, ["analysis", "power", a, b, c, d, .. more]);
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(place, run.Error, StringComparison.Ordinal);
    }
}
