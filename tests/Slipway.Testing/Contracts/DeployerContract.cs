using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;

namespace Slipway.Testing.Contracts;

/// <summary>What every deployer promises.</summary>
public abstract class DeployerContract
{
    protected abstract IDeployer Deployer { get; }

    /// <summary>How to run a version that becomes ready.</summary>
    protected abstract Task<(Artifact Artifact, DeploySpec Deploy)> HealthyAsync();

    /// <summary>Another way, that needs another process.</summary>
    protected abstract Task<(Artifact Artifact, DeploySpec Deploy)> OtherwiseHealthyAsync();

    /// <summary>How to run a version that prints a line to stderr and ends.</summary>
    protected abstract Task<(Artifact Artifact, DeploySpec Deploy)> EndingAsync(string line);

    /// <summary>How to run a version that is never ready; gives up soon.</summary>
    protected abstract Task<(Artifact Artifact, DeploySpec Deploy)> NeverReadyAsync();

    /// <summary>Lets a running instance end by itself.</summary>
    protected abstract Task EndAsync(string endpoint);

    [Fact]
    public async Task AStartIsReadyAndListedWhereItServes()
    {
        var endpoint = await ReadyAsync("1.0.0");

        var status = Assert.Single(await ListAsync());
        Assert.Equal((Id("1.0.0"), InstanceCondition.Ready), (status.Id, status.Condition));
        Assert.Equal(endpoint, Assert.Single(status.Endpoints));
    }

    [Fact]
    public async Task EnsuringWhatIsThereAdoptsIt()
    {
        var first = await ReadyAsync("1.0.0");

        Assert.Equal(first, await ReadyAsync("1.0.0"));
        Assert.Single(await ListAsync());
    }

    [Fact]
    public async Task OverlappingCallsMakeOneInstance()
    {
        var endpoints = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => ReadyAsync("1.0.0"))));

        Assert.Single(endpoints.Distinct());
        Assert.Single(await ListAsync());
    }

    [Fact]
    public async Task TwoVersionsServeSideBySide()
    {
        var endpoints = await Task.WhenAll(ReadyAsync("1.0.0"), ReadyAsync("1.1.0"));

        Assert.Equal(2, endpoints.Distinct().Count());
        Assert.Equal(2, (await ListAsync()).Count);
    }

    [Fact]
    public async Task AFreshBaselineRunsBesideTheServingInstanceOfItsVersionAndIsStoppedAlone()
    {
        var serving = await ReadyAsync("1.0.0");
        var (artifact, deploy) = await HealthyAsync();
        var baseline = Id("1.0.0") with { Role = InstanceRole.Baseline };

        var fresh = EndpointOf(await Deployer.EnsureAsync(new InstanceRequest(baseline, artifact, deploy), CancellationToken.None));

        Assert.NotEqual(serving, fresh);
        Assert.Equal([(InstanceRole.Serving, serving), (InstanceRole.Baseline, fresh)], (await ListAsync()).OrderBy(s => s.Id.Role).Select(s => (s.Id.Role, Assert.Single(s.Endpoints))));
        await Deployer.StopAsync(baseline, CancellationToken.None);
        Assert.Equal(Id("1.0.0"), Assert.Single(await ListAsync()).Id);
    }

    [Fact]
    public async Task AnotherRecipeReplacesTheInstance()
    {
        await ReadyAsync("1.0.0");

        Assert.IsType<DeployOutcome.Ready>(await EnsureAsync("1.0.0", await OtherwiseHealthyAsync()));
        Assert.Equal(InstanceCondition.Ready, Assert.Single(await ListAsync()).Condition);
    }

    [Fact]
    public async Task AStoppedInstanceIsGone()
    {
        await ReadyAsync("1.0.0");

        await Deployer.StopAsync(Id("1.0.0"), CancellationToken.None);

        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task StoppingWhatIsNotThereSucceeds()
    {
        await Deployer.StopAsync(Id("1.0.0"), CancellationToken.None);

        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task AnEarlyExitFailsWithWhatWasPrinted()
    {
        var outcome = await EnsureAsync("1.0.0", await EndingAsync("no such table: carts"));

        Assert.Contains("no such table: carts", Assert.IsType<DeployOutcome.Failed>(outcome).Reason, StringComparison.Ordinal);
        Assert.All(await ListAsync(), s => Assert.Equal(InstanceCondition.Exited, s.Condition));
    }

    [Fact]
    public async Task WhatIsNeverReadyFailsAndIsNotLeftRunning()
    {
        var outcome = await EnsureAsync("1.0.0", await NeverReadyAsync());

        Assert.NotEmpty(Assert.IsType<DeployOutcome.Failed>(outcome).Reason);
        Assert.All(await ListAsync(), s => Assert.Equal(InstanceCondition.Exited, s.Condition));
    }

    [Fact]
    public async Task AnExitThatNobodyAskedForIsReportedAndListed()
    {
        var endpoint = await ReadyAsync("1.0.0");
        await using var exits = Deployer.WatchExitsAsync(CancellationToken.None).GetAsyncEnumerator();
        var next = exits.MoveNextAsync();

        await EndAsync(endpoint);

        Assert.True(await next.AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal((Id("1.0.0"), InstanceCondition.Exited), (exits.Current.Id, exits.Current.Condition));
        var listed = Assert.Single(await ListAsync());
        Assert.Equal((InstanceCondition.Exited, exits.Current.Detail), (listed.Condition, listed.Detail));
        Assert.Empty(listed.Endpoints);
    }

    [Fact]
    public async Task ARequestedStopIsNotReported()
    {
        await ReadyAsync("1.0.0");
        var other = await ReadyAsync("1.1.0");
        await using var exits = Deployer.WatchExitsAsync(CancellationToken.None).GetAsyncEnumerator();
        var next = exits.MoveNextAsync();

        await Deployer.StopAsync(Id("1.0.0"), CancellationToken.None);
        await EndAsync(other);

        Assert.True(await next.AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(Id("1.1.0"), exits.Current.Id);
    }

    [Fact]
    public async Task AfterAnExitItCanBeStartedAgain()
    {
        await EndAsync(await ReadyAsync("1.0.0"));
        await Eventually.IsAsync("the exit is listed", async () => (await ListAsync()) is [{ Condition: InstanceCondition.Exited }]);

        await ReadyAsync("1.0.0");

        Assert.Equal(InstanceCondition.Ready, Assert.Single(await ListAsync()).Condition);
    }

    protected static InstanceId Id(string candidate) => new(new EnvironmentKey(new ProjectId("shop"), new EnvironmentName("production")), new CandidateId(candidate));

    protected Task<DeployOutcome> EnsureAsync(string candidate, (Artifact Artifact, DeploySpec Deploy) how) =>
        Deployer.EnsureAsync(new InstanceRequest(Id(candidate), how.Artifact, how.Deploy), CancellationToken.None);

    /// <summary>Starts a version that becomes ready, and tells where it serves.</summary>
    protected async Task<string> ReadyAsync(string candidate) => EndpointOf(await EnsureAsync(candidate, await HealthyAsync()));

    protected static string EndpointOf(DeployOutcome outcome) => outcome switch
    {
        DeployOutcome.Ready ready => Assert.Single(ready.Endpoints),
        DeployOutcome.Failed failed => throw new Xunit.Sdk.XunitException(failed.Reason),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    protected async Task<IReadOnlyList<InstanceStatus>> ListAsync() => await Deployer.ListAsync(CancellationToken.None);
}
