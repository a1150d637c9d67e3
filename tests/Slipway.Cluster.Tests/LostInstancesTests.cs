using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Slipway.Cluster.Instances;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;

namespace Slipway.Cluster.Tests;

public class LostInstancesTests
{
    [Fact]
    public async Task ATimerThatFiresWhenTheAnswerIsThereHurtsNobody()
    {
        using TcpListener instance = new(IPAddress.Loopback, 0);
        instance.Start();
        var endpoint = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)instance.LocalEndpoint).Port}");
        LateTimers time = new();

        var found = await LostInstances.AnsweringAsync(Table(endpoint), ImmutableHashSet<InstanceId>.Empty, time, CancellationToken.None);

        Assert.Equal([endpoint], Assert.Single(found).Endpoints);
        Assert.NotEmpty(time.Due);
        Assert.All(time.Due, fire => fire());
    }

    private static RouteTable Table(string endpoint) => new()
    {
        Version = 1,
        Services =
        [
            new ServiceRoute
            {
                Project = new ProjectId("shop"),
                Environments = [new EnvironmentRoute { Environment = new EnvironmentName("production"), Slice = new Slice.Rest(), Stable = new Side(new CandidateId("1.0.0"), [endpoint]) }],
            },
        ],
    };

    /// <summary>Its timers fire when told to, be they disposed of or not: a real one may be about to when it is.</summary>
    private sealed class LateTimers : TimeProvider
    {
        public List<Action> Due { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Due.Add(() => callback(state));
            return new Timer();
        }

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
