using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Core;
using Slipway.Core.Analysis;
using Slipway.Core.Analysis.Recording;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;
using static Slipway.Core.Deployments.DeploymentEvent;

namespace Slipway.Tests.Commands;

/// <summary>Other checks on what a past deployment's checks saw, from a file and without a server.</summary>
public sealed class BacktestTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly EnvironmentKey Production = new(new("shop"), new("production"));

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task TheSamePolicySaysWhatTheLiveRunSaid()
    {
        var (file, live, at) = Recorded(failsFrom: 60);

        var told = await BacktestAsync("--recorded", file);

        Assert.Equal(live.Summary, ((string)told["stopped"]!["why"]!)["errors: ".Length..]);
        Assert.Equal($"{at}", (string)told["stopped"]!["after"]!);
        Assert.Equal(live.CandidateRequests, (long)told["stopped"]!["requests"]!);
        Assert.Equal(live.CandidateErrors, (long)told["stopped"]!["failed"]!);
        Assert.Equal(10_000, (int)told["stopped"]!["share"]!);
        Assert.Equal("rolled back", (string)told["ended"]!);
        Assert.Equal((long)told["stopped"]!["failed"]!, (long)told["really"]!["failed"]!);
    }

    [Fact]
    public async Task AStricterPolicyStopsLaterAndOneWithoutTheCheckNotAtAll()
    {
        var (file, _, at) = Recorded(failsFrom: 60);

        var strict = await BacktestAsync("--recorded", file, "--set", "errors.alpha=0.000001");
        var none = await BacktestAsync("--recorded", file, "--set", "errors=off", "--set", "latency=off");

        Assert.True(TimeSpan.Parse((string)strict["stopped"]!["after"]!, System.Globalization.CultureInfo.InvariantCulture) > at);
        Assert.Null(none["stopped"]);
        Assert.Contains("not known", (string)none["notes"]![0]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADocumentsChecksAreTriedAndPeopleSeeBothBesideEachOther()
    {
        var (file, _, _) = Recorded(failsFrom: 60);
        var document = Write("slipway.yaml", "checks: [{ errors: { tolerance: 3 } }]\nstrategy: [{ weight: 100% }]\n");

        var run = await Slip.RunAsync([], "", CancellationToken.None, "analysis", "backtest", "--recorded", file, "-f", document);

        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Contains("tried", run.Out, StringComparison.Ordinal);
        Assert.Contains("really", run.Out, StringComparison.Ordinal);
        Assert.Contains("10 %", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("errors", "no setting")]
    [InlineData("errors.alpha=2", "alpha")]
    [InlineData("errors.alfa=0.1", "alfa")]
    [InlineData("magic=on", "magic")]
    public async Task ASettingThatIsNoneIsToldAndNothingIsTried(string set, string says)
    {
        var (file, _, _) = Recorded(failsFrom: 60);
        var run = await Slip.RunAsync([], "", CancellationToken.None, "analysis", "backtest", "--recorded", file, "--set", set);
        Assert.NotEqual(ExitCode.Ok, run.Code);
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Out);
    }

    [Fact]
    public async Task AFileThatHoldsNoRecordIsRefused()
    {
        var run = await Slip.RunAsync([], "", CancellationToken.None, "analysis", "backtest", "--recorded", Write("x.json", "{}"));
        Assert.Contains("SLIP0406", run.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();

    private static async Task<JsonNode> BacktestAsync(params string[] args)
    {
        var run = await Slip.RunAsync([], "", CancellationToken.None, ["analysis", "backtest", .. args, "--format", "json"]);
        Assert.True(run.Code is ExitCode.Ok, run.Error);
        return JsonNode.Parse(run.Out)!;
    }

    /// <summary>A rollout that went wrong, as a server keeps it, with what the live checks said and when.</summary>
    private (string File, CheckReport Live, TimeSpan At) Recorded(int failsFrom)
    {
        DeploymentSpec spec = new()
        {
            Id = new("shop.production.2"), Environment = Production, Slice = new Slice.Rest(), RequestedBy = "ada", Checks = [new CheckSpec.Errors(), new CheckSpec.Latency()],
            Candidate = new(new("2"), new(ArtifactKind.Archive, "sha256:2", null, 1), new DeploySpec.Process { Command = ["shop"] }),
            Stable = new(new("1"), new(ArtifactKind.Archive, "sha256:1", null, 1), new DeploySpec.Process { Command = ["shop"] }),
            Steps = [new DeployStep(), new WeightStep(new Weight(10_000), TimeSpan.FromHours(1), true), new WeightStep(Weight.Full, TimeSpan.Zero, false)],
        };
        CanaryAnalysis live = new(spec.Checks, Deployment.Gates(spec));
        var windows = ImmutableArray.CreateBuilder<ObservedWindow>();
        (CheckReport Report, TimeSpan At)? failed = null;
        for (var second = 1; second <= 200 && (failed is null || second < failed.Value.At.TotalSeconds + 40); second++)
        {
            ObservedWindow window = new ObservedWindow.Compared(TimeSpan.FromSeconds(second), Side("2", 10, second >= failsFrom && second % 2 == 0 ? 1 : 0), Side("1", 90, second % 3 == 0 ? 1 : 0));
            windows.Add(window);
            Replayed.Show(live, window);
            if (failed is null && live.Report().Checks.FirstOrDefault(c => c.Verdict is Verdict.Fail) is { } check)
                failed = (check, window.At);
        }

        var (report, at) = failed!.Value;
        TrafficSplit tenth = new(new("1"), new("2"), new Weight(10_000), null);
        ImmutableArray<DeploymentEvent> events =
        [
            new Started(spec, Noon), new StepEntered(0, Noon), new CandidateReady(Noon), new StepEntered(1, Noon), new SplitConfirmed(tenth, Noon),
            new RollbackStarted(RollbackCause.Bad, report.Summary, Noon + at), new RolledBack(Noon + at),
        ];
        return (Write("recorded.json", JsonSerializer.Serialize(new { Events = events, Windows = windows.ToImmutable() }, SlipwayJson.Options)), report, at);
    }

    private string Write(string name, string text)
    {
        var file = Path.Combine(_directory.Path, name);
        File.WriteAllText(file, text);
        return file;
    }

    private static SideCounts Side(string version, long requests, long failed) =>
        new() { Environment = Production, Candidate = new(version), Started = requests, Completed = requests, ServerErrors = failed };
}
