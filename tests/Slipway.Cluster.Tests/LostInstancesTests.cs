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

    /// <summary>The stable side's users have nowhere else to go; what a candidate's meet would be held against it.</summary>
    [Fact]
    public async Task OfWhatSaysNothingInTimeTheStableSideIsKeptAndOfWhatRefusesNothing()
    {
        using TcpListener busy = new(IPAddress.Loopback, 0);
        busy.Start();
        const string Gone = "http://127.0.0.1:1";
        var endpoint = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)busy.LocalEndpoint).Port}");

        Assert.Equal([("1.0.0", endpoint)], await FoundAsync(Table(endpoint, candidate: endpoint), new Hasty()));
        Assert.Equal([("1.0.0", endpoint), ("1.1.0", endpoint)], await FoundAsync(Table(endpoint, candidate: endpoint), TimeProvider.System));
        Assert.Empty(await FoundAsync(Table(Gone, candidate: Gone), TimeProvider.System));

        static async Task<IEnumerable<(string Version, string Endpoint)>> FoundAsync(RouteTable table, TimeProvider time) =>
            (await LostInstances.AnsweringAsync(table, ImmutableHashSet<InstanceId>.Empty, time, CancellationToken.None)).Select(i => (i.Id.Candidate.Value, Assert.Single(i.Endpoints)));
    }

    private static RouteTable Table(string endpoint, string? candidate = null) => new()
    {
        Version = 1,
        Services =
        [
            new ServiceRoute
            {
                Project = new ProjectId("shop"),
                Environments = [new EnvironmentRoute { Environment = new EnvironmentName("production"), Slice = new Slice.Rest(), Stable = new Side(new CandidateId("1.0.0"), [endpoint]), Candidate = candidate is null ? null : new Side(new CandidateId("1.1.0"), [candidate]) }],
            },
        ],
    };

    /// <summary>Its timers fire at once: whatever is waited for comes too late.</summary>
    private sealed class Hasty : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            callback(state);
            return System.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

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
