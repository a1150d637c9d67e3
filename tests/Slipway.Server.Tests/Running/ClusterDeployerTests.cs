using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Cluster;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;
using Slipway.Storage;
using Slipway.Testing;
using Slipway.Testing.Servers;

namespace Slipway.Server.Tests.Running;

/// <summary>Two servers on one PostgreSQL, of which one runs instances as a test says.</summary>
public sealed class ClusterDeployerTests(ClusterDeployerTests.TwoServers servers) : IAsyncLifetime, IClassFixture<ClusterDeployerTests.TwoServers>
{
    private static readonly InstanceId Id = new(new EnvironmentKey(new ProjectId("shop"), new EnvironmentName("production")), new CandidateId("1.0.0"));

    private static readonly InstanceRequest Two = new(Id, new Artifact(ArtifactKind.Archive, "sha256:1", null, 1), new DeploySpec.Process { Command = ["shop"] }, Instances: 2);

    private IDeployer Deployer => servers.Deployer;

    private Machine Here => servers.Here;

    private Machine There => servers.There;

    public async ValueTask InitializeAsync() => await servers.ClearAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task InstancesRunOnBoth() =>
        Assert.Equal(["http://here:1", "http://there:1"], Assert.IsType<DeployOutcome.Ready>(await Deployer.EnsureAsync(Two, default)).Endpoints.Order(StringComparer.Ordinal));

    [Fact]
    public async Task WhatCannotBeMadeReadyElsewhereHasFailed()
    {
        There.Ensure = () => new DeployOutcome.Failed("it exits");
        Assert.Equal("it exits", Assert.IsType<DeployOutcome.Failed>(await Deployer.EnsureAsync(Two, default)).Reason);
    }

    /// <summary>Nothing follows from it for the version: it would be taken back, or taken for bad, because a server was busy.</summary>
    [Fact]
    public async Task ThatAnotherServerHasTooMuchToDoOrIsInTroubleSaysNothingOfTheVersion()
    {
        There.Ensure = () => throw new AskAgainException("SLIP0541: 8 starts are under way");
        Assert.StartsWith("SLIP0541", (await Assert.ThrowsAsync<AskAgainException>(() => Deployer.EnsureAsync(Two, default))).Message, StringComparison.Ordinal);

        There.Ensure = () => throw new IOException("no space left on device");
        Assert.StartsWith("SLIP0553", (await Assert.ThrowsAsync<AskAgainException>(() => Deployer.EnsureAsync(Two, default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatFailedHereHasFailedWhateverBecomesOfTheOther()
    {
        There.Ensure = () => throw new IOException("no space left on device");
        Here.Ensure = () => new DeployOutcome.Failed("it exits");
        Assert.Equal("it exits", Assert.IsType<DeployOutcome.Failed>(await Deployer.EnsureAsync(Two, default)).Reason);
    }

    [Fact]
    public async Task AServerThatEndsInTheMiddleOfAStartSaysNothingOfTheVersionAndTheRestRunsElsewhere()
    {
        await using TwoServers own = new();
        await own.InitializeAsync();
        var asked = own.There.HangAsync();
        var start = own.Deployer.EnsureAsync(Two, default);
        await asked;
        await own.EndAsync();

        Assert.StartsWith("SLIP0553", (await Assert.ThrowsAsync<AskAgainException>(() => start)).Message, StringComparison.Ordinal);
        await Eventually.IsAsync("both are where there is a server", async () => await own.Deployer.EnsureAsync(Two, default) is DeployOutcome.Ready { Endpoints.Length: 2 });
    }

    [Fact]
    public async Task AServerThatCannotListWhatItRunsKeepsNobodyFromListingTheRest()
    {
        Assert.IsType<DeployOutcome.Ready>(await Deployer.EnsureAsync(Two, default));
        await Deployer.ListAsync(default);
        There.List = () => throw new IOException("the directory cannot be read");
        Assert.Equal(2, Assert.Single(await Deployer.ListAsync(default)).Instances);
    }

    /// <summary>Two servers on one PostgreSQL that know each other; each has a machine of its own.</summary>
    public sealed class TwoServers : IAsyncLifetime
    {
        private PostgresServer _database = null!;
        private RunningServer _first = null!;
        private RunningServer _second = null!;

        /// <summary>The first server's.</summary>
        internal Machine Here { get; } = new("http://here:1");

        /// <summary>The second's.</summary>
        internal Machine There { get; } = new("http://there:1");

        /// <summary>The first server's, for both machines.</summary>
        internal IDeployer Deployer => _first.Services.GetRequiredService<IDeployer>();

        public async ValueTask InitializeAsync()
        {
            _database = await PostgresServer.StartAsync();
            var address = PostgresAddress.Parse(await _database.CreateDatabaseAsync());
            (_first, _second) = (await MemberAsync(Here), await MemberAsync(There));
            await There.EnsureAsync(Two, default);
            await Eventually.IsAsync("the first server knows the second", async () => (await Deployer.ListAsync(default)).Length == 1);
            await ClearAsync();

            Task<RunningServer> MemberAsync(Machine machine) => RunningServer.StartAsync(
                RunningServer.Member(address), builder => builder.Services.AddKeyedSingleton<IDeployer>(ClusterHost.Local, machine));
        }

        /// <summary>Nothing runs, and everything works.</summary>
        internal async Task ClearAsync()
        {
            foreach (var machine in new[] { Here, There })
            {
                (machine.Ensure, machine.List) = (null, null);
                await machine.StopAsync(Id, default);
            }
        }

        /// <summary>The second server ends.</summary>
        internal Task EndAsync() => _second.StopAsync();

        public async ValueTask DisposeAsync()
        {
            await ClearAsync();
            await _first.DisposeAsync();
            await _second.DisposeAsync();
            await _database.DisposeAsync();
        }
    }

    /// <summary>A machine of one instance, or of as many as are asked for, that does as a test says.</summary>
    internal sealed class Machine(string endpoint) : IDeployer
    {
        private readonly TaskCompletionSource _hangs = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _running;
        private bool _hang;

        /// <summary>What comes of a start; null: it works.</summary>
        public Func<DeployOutcome>? Ensure { get; set; }

        /// <summary>What comes of a look; null: it works.</summary>
        public Action? List { get; set; }

        private ImmutableArray<string> Endpoints => [.. Enumerable.Range(1, _running).Select(i => $"{endpoint[..^1]}{i}")];

        /// <summary>From now on a start never ends; completes when one has begun.</summary>
        public Task HangAsync()
        {
            _hang = true;
            return _hangs.Task;
        }

        public async Task<DeployOutcome> EnsureAsync(InstanceRequest request, CancellationToken cancellationToken)
        {
            if (_hang)
            {
                _hangs.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            if (Ensure is { } ensure)
                return ensure();
            _running = request.Instances;
            return new DeployOutcome.Ready(Endpoints);
        }

        public Task StopAsync(InstanceId id, CancellationToken cancellationToken)
        {
            _running = 0;
            return Task.CompletedTask;
        }

        public Task<ImmutableArray<InstanceStatus>> ListAsync(CancellationToken cancellationToken)
        {
            List?.Invoke();
            return Task.FromResult<ImmutableArray<InstanceStatus>>(_running == 0 ? [] : [new InstanceStatus(Id, InstanceCondition.Ready, Endpoints, "")]);
        }

        public async IAsyncEnumerable<InstanceStatus> WatchExitsAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            yield break;
        }
    }
}
