using Slipway.Core.Analysis;
using Slipway.Integrations.Metrics.Commands;
using Slipway.Testing;
using Slipway.Testing.Contracts;

namespace Slipway.Integrations.Tests.Metrics;

public sealed class CommandSourceTests : MetricSourceContract, IDisposable
{
    private readonly CommandSource _source = new(name => name == "PATH" ? Environment.GetEnvironmentVariable("PATH") : Variable(name), TimeProvider.System);

    protected override Measurement Data => new Measurement.Counts(200, 6);

    public void Dispose() => _source.Dispose();

    protected override Task<Arranged?> ArrangeAsync(SourceWorld world)
    {
        var line = world switch
        {
            SourceWorld.Data => "printf '{\"total\": 200, \"count\": 6}'",
            SourceWorld.NoData => "true",
            SourceWorld.Partial => "printf '{\"total\": 200}'",
            SourceWorld.NotANumber => "echo NaN",
            SourceWorld.WrongName => "sh -c \"echo no such metric: wrong; exit 3\"",
            SourceWorld.Away => "no-such-program",
            SourceWorld.Slow => "sleep 600",
            SourceWorld.Garbage => "echo hello",
            SourceWorld.NoSecret => "true",
            _ => null,
        };
        return Task.FromResult(line is null ? null : new Arranged(_source,
            Request("command", MetricShape.Counts, [("timeout", world == SourceWorld.Slow ? "1s" : "30s"), ("env.TOKEN", world == SourceWorld.NoSecret ? "${NOBODY}" : "${SECRET}")], [("total", line), ("count", line)], DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(30))));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task ExitCode0PassesAnd1Fails(string line, bool passes) => Assert.Equal(passes, Assert.IsType<Measurement.Judged>(await AskAsync(MetricShape.Judged, line)).Passes);

    [Fact]
    public async Task AnyOtherExitCodeIsNoJudgementAndSaysWhatWasPrinted() =>
        Assert.Contains("exit code 7, where 0 passes and 1 fails: one / two", Words(await AskAsync(MetricShape.Judged, "sh -c \"echo one; echo two >&2; exit 7\"")), StringComparison.Ordinal);

    [Fact]
    public async Task ItIsToldWhomItIsAbout() => Assert.Contains("shop production 1.1.0 candidate 0 30 1.1.0",
        Words(await AskAsync(MetricShape.Judged, "sh -c \"echo $SLIPWAY_PROJECT $SLIPWAY_ENVIRONMENT $SLIPWAY_VERSION $SLIPWAY_SIDE $SLIPWAY_FROM $SLIPWAY_TO $0; exit 2\" {{version}}")), StringComparison.Ordinal);

    [Fact]
    public async Task ASecretThatItPrintsIsNotRepeated()
    {
        var said = Words(await AskAsync(MetricShape.Judged, "sh -c \"echo my token is $TOKEN; exit 2\""));
        Assert.Contains("my token is ${SECRET}", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoShellReadsTheLine() => Assert.Contains("$(whoami); 1.1.0", Words(await AskAsync(MetricShape.Value, "echo '$(whoami); {{version}}'")), StringComparison.Ordinal);

    [Theory]
    [InlineData("[\"printf\",\"{\\\"all\\\": 7, \\\"bad\\\": 2}\"]")]
    [InlineData("printf '{\"all\": 7, \"bad\": 2}'")]
    public async Task AProgramOfTheSourcesOwnIsRunOnceAndTheQueryNamesItsMembers(string command) => Assert.Equal(new Measurement.Counts(7, 2), await _source.MeasureAsync(
        Request("command", MetricShape.Counts, [("command", command)], [("total", "all"), ("count", "bad")], DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(30)), CancellationToken.None));

    [Fact]
    public async Task ANumberAloneIsOne() => Assert.Equal(new Measurement.Value(0.25), await AskAsync(MetricShape.Value, "echo 0.25"));

    [Fact]
    public async Task WhatIsPrintedWithoutEndIsCutOff() => Assert.Contains("more than 64 KiB", Words(await AskAsync(MetricShape.Value, "seq 100000")), StringComparison.Ordinal);

    [Fact]
    public async Task APipeIsRefusedInWords() => Assert.Contains("belongs to a shell", Words(await AskAsync(MetricShape.Value, "echo 1 | cat")), StringComparison.Ordinal);

    [Fact]
    public async Task WhenItsTimeIsOverItsChildrenGoToo()
    {
        var file = Path.GetTempFileName();
        Assert.Contains("no answer within 4 s", Words(await AskAsync(MetricShape.Value, $"sh -c \"sleep 600 & echo $! > {file}; wait\"", "4s")), StringComparison.Ordinal);
        var child = File.ReadAllText(file).Trim();
        await Eventually.IsAsync("the child is gone", () => !File.Exists($"/proc/{child}/stat") || File.ReadAllText($"/proc/{child}/stat").Contains(") Z ", StringComparison.Ordinal));
        File.Delete(file);
    }

    private Task<Measurement> AskAsync(MetricShape shape, string line, string timeout = "30s") => _source.MeasureAsync(
        Request("command", shape, [("timeout", timeout), ("env.TOKEN", "${SECRET}")], [("value", line)], DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(30)), CancellationToken.None);
}
