using System.Collections.Immutable;
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

    /// <summary>How to run a version of which one instance becomes ready, and every further one prints a line to stderr and ends.</summary>
    protected abstract Task<(Artifact Artifact, DeploySpec Deploy)> LonelyAsync(string line);

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

    [Fact]
    public async Task SeveralInstancesServeEachWhereNoOtherDoesAndAreListedAsOne()
    {
        var endpoints = await ReadyAsync("1.0.0", 3);

        Assert.Equal(3, endpoints.Distinct().Count());
        var status = Assert.Single(await ListAsync());
        Assert.Equal((InstanceCondition.Ready, 3, 0), (status.Condition, status.Instances, status.Exited));
        Assert.Equal(endpoints, status.Endpoints);
        Assert.Equal(endpoints, await ReadyAsync("1.0.0", 3));
    }

    [Fact]
    public async Task MoreAreStartedBehindThoseThatAreThere()
    {
        var one = await ReadyAsync("1.0.0", 1);
        var two = await ReadyAsync("1.0.0", 2);
        var four = await ReadyAsync("1.0.0", 4);

        Assert.Equal(4, four.Distinct().Count());
        Assert.Equal(one, two[..1]);
        Assert.Equal(two, four[..2]);
        Assert.Equal(four, (await ListAsync()).Single().Endpoints);
    }

    [Fact]
    public async Task FewerStopTheYoungestAndReportNoExit()
    {
        await using var exits = Deployer.WatchExitsAsync(CancellationToken.None).GetAsyncEnumerator();
        var next = exits.MoveNextAsync();
        await ReadyAsync("1.0.0", 1);
        await ReadyAsync("1.0.0", 2);
        var four = await ReadyAsync("1.0.0", 4);

        Assert.Equal(four[..2], await ReadyAsync("1.0.0", 2));

        Assert.Equal(four[..2], Assert.Single(await ListAsync()).Endpoints);
        Assert.Equal(four[..1], await ReadyAsync("1.0.0", 1));
        await EndAsync(four[0]);
        Assert.True(await next.AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        await Eventually.IsAsync("that exit is the only one", async () => (await ListAsync()) is [{ Condition: InstanceCondition.Exited, Exited: 1 }]);
    }

    [Fact]
    public async Task EachExitIsReportedByItselfAndTheOthersStay()
    {
        var three = await ReadyAsync("1.0.0", 3);
        await using var exits = Deployer.WatchExitsAsync(CancellationToken.None).GetAsyncEnumerator();

        foreach (var (endpoint, left) in three[..2].Zip((int[])[2, 1]))
        {
            var next = exits.MoveNextAsync();
            await EndAsync(endpoint);
            Assert.True(await next.AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Equal((Id("1.0.0"), InstanceCondition.Exited, 0, 1), (exits.Current.Id, exits.Current.Condition, exits.Current.Instances, exits.Current.Exited));
            var listed = Assert.Single(await ListAsync());
            Assert.Equal((InstanceCondition.Ready, left, 3 - left), (listed.Condition, listed.Instances, listed.Exited));
            Assert.NotEmpty(listed.Detail);
        }

        Assert.Equal(three[2..], (await ListAsync()).Single().Endpoints);
        var again = await ReadyAsync("1.0.0", 3);
        Assert.Equal((three[2], 3), (again[0], again.Distinct().Count()));
        Assert.Equal((3, 0), (await ListAsync()).Select(s => (s.Instances, s.Exited)).Single());
    }

    [Fact]
    public async Task OneThatDoesNotStartFailsTheWholeAndLeavesTheOthersRunning()
    {
        var how = await LonelyAsync("the seat is taken");

        var outcome = await EnsureAsync("1.0.0", how, 3);

        Assert.Contains("the seat is taken", Assert.IsType<DeployOutcome.Failed>(outcome).Reason, StringComparison.Ordinal);
        var listed = Assert.Single(await ListAsync());
        Assert.Equal((InstanceCondition.Ready, 1), (listed.Condition, listed.Instances));
        Assert.Equal(listed.Endpoints, Ready(await EnsureAsync("1.0.0", how, 1)));
        Assert.Equal((1, 0), (await ListAsync()).Select(s => (s.Instances, s.Exited)).Single());
    }

    [Fact]
    public async Task OverlappingCallsForSeveralMakeAsManyAsOneCall()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => ReadyAsync("1.0.0", 2))));

        Assert.All(all, endpoints => Assert.Equal(all[0], endpoints));
        Assert.Equal(2, (await ListAsync()).Single().Instances);
    }

    [Fact]
    public async Task AnotherRecipeReplacesEveryInstance()
    {
        await ReadyAsync("1.0.0", 2);

        Assert.Equal(2, Ready(await EnsureAsync("1.0.0", await OtherwiseHealthyAsync(), 2)).Distinct().Count());
        Assert.Equal((2, 0), (await ListAsync()).Select(s => (s.Instances, s.Exited)).Single());
    }

    [Fact]
    public async Task StoppingAVersionStopsAllOfIt()
    {
        await ReadyAsync("1.0.0", 3);
        await ReadyAsync("1.1.0", 2);

        await Deployer.StopAsync(Id("1.0.0"), CancellationToken.None);

        Assert.Equal((Id("1.1.0"), 2), (await ListAsync()).Select(s => (s.Id, s.Instances)).Single());
    }

    protected static InstanceId Id(string candidate) => new(new EnvironmentKey(new ProjectId("shop"), new EnvironmentName("production")), new CandidateId(candidate));

    protected Task<DeployOutcome> EnsureAsync(string candidate, (Artifact Artifact, DeploySpec Deploy) how, int instances = 1) =>
        Deployer.EnsureAsync(new InstanceRequest(Id(candidate), how.Artifact, how.Deploy, instances), CancellationToken.None);

    /// <summary>Starts several instances of a version that become ready, and tells where they serve.</summary>
    protected async Task<ImmutableArray<string>> ReadyAsync(string candidate, int instances)
    {
        var endpoints = Ready(await EnsureAsync(candidate, await HealthyAsync(), instances));
        Assert.Equal(instances, endpoints.Length);
        return endpoints;
    }

    /// <summary>Starts a version that becomes ready, and tells where it serves.</summary>
    protected async Task<string> ReadyAsync(string candidate) => EndpointOf(await EnsureAsync(candidate, await HealthyAsync()));

    protected static string EndpointOf(DeployOutcome outcome) => Assert.Single(Ready(outcome));

    private static ImmutableArray<string> Ready(DeployOutcome outcome) => outcome switch
    {
        DeployOutcome.Ready ready => ready.Endpoints,
        DeployOutcome.Failed failed => throw new Xunit.Sdk.XunitException(failed.Reason),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    protected async Task<IReadOnlyList<InstanceStatus>> ListAsync() => await Deployer.ListAsync(CancellationToken.None);
}
