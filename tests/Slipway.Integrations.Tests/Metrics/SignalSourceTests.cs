using Slipway.Core.Analysis;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Integrations.Metrics.Signals;
using Slipway.Testing.Contracts;

namespace Slipway.Integrations.Tests.Metrics;

public sealed class SignalSourceTests : MetricSourceContract
{
    protected override Measurement Data => new Measurement.Judged(true, "ci said yes: 90 tests");

    protected override Task<Arranged?> ArrangeAsync(SourceWorld world)
    {
        SignalSource? source = world switch
        {
            SourceWorld.Data => Source(new Signal("qa", true, "ci", "90 tests")),
            SourceWorld.NoData => new SignalSource(_ => null),
            SourceWorld.Partial => Source(),
            SourceWorld.WrongName => Source(new Signal("qa", true, "ci", null)),
            _ => null,
        };
        return Task.FromResult(source is null ? null : new Arranged(source, Asked(world == SourceWorld.WrongName ? "wrong" : "qa")));
    }

    [Fact]
    public async Task ANoIsAFailure() =>
        Assert.Equal(new Measurement.Judged(false, "ana said no: 2 of 90 failed"), await Source(new Signal("qa", false, "ana", "2 of 90 failed")).MeasureAsync(Asked("qa"), CancellationToken.None));

    [Fact]
    public async Task AWordAboutAnotherVersionSaysNothing() =>
        Assert.Contains("9.9.9", Words(await Source(new Signal("qa", true, "ci", null)).MeasureAsync(Asked("qa") with { Subject = Asked("qa").Subject with { Version = new CandidateId("9.9.9") } }, CancellationToken.None)), StringComparison.Ordinal);

    [Fact]
    public async Task ItSaysNothingOfTheBaseline() =>
        Assert.IsType<Measurement.Nothing>(await Source(new Signal("qa", true, "ci", null)).MeasureAsync(Asked("qa") with { Candidate = false }, CancellationToken.None));

    private static MetricRequest Asked(string signal) => Request("signal", MetricShape.Judged, [], [("value", signal)], DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(30));

    /// <summary>Of a rollout of 1.1.0 that was told so.</summary>
    private static SignalSource Source(params Signal[] signals)
    {
        EnvironmentKey production = new(new ProjectId("shop"), new EnvironmentName("production"));
        Workload version = new(new CandidateId("1.1.0"), new Artifact(ArtifactKind.Reference, null, "shop:1.1.0", 0), new DeploySpec.Process { Command = ["./shop"] });
        DeploymentSpec spec = new() { Id = DeploymentId.Of(production, 1), Environment = production, Candidate = version, Steps = [new DeployStep()], Slice = new Slice.Rest(), RequestedBy = "ana" };
        var rollout = Rollout.Fold([new DeploymentEvent.Started(spec, DateTimeOffset.UnixEpoch), .. signals.Select(s => new DeploymentEvent.SignalReceived(s, DateTimeOffset.UnixEpoch))]);
        return new SignalSource(key => key == production ? rollout : null);
    }
}
