using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Slipway.Core.Traffic;
using Slipway.Gateway.Counting;

namespace Slipway.Gateway.Tests;

public class GatewayHostTests
{
    [Fact]
    public void AGatewayListensOnLoopbackUnlessToldOtherwise() => Assert.Equal(["http://127.0.0.1:7080"], new GatewayOptions().Listen);

    [Fact]
    public async Task EverythingWrongWithTheOptionsIsSaidAtOnceWithItsKeyAndValue()
    {
        var options = new GatewayOptions { Listen = ["https://127.0.0.1:1", "here", "http://127.0.0.1:7/path"], ActivityTimeout = TimeSpan.Zero, TrustedProxies = ["10.0.0.0/8", "10.0.0.1/40"] };
        await using var host = new GatewayHost(options, NullLoggerFactory.Instance, TimeProvider.System);

        var problems = await host.StartAsync(CancellationToken.None);

        Assert.Equal(["gateway.listen[0]", "gateway.listen[1]", "gateway.listen[2]", "gateway.activityTimeout", "gateway.trustedProxies[1]"], problems.Select(p => p.Place));
        Assert.Contains("'10.0.0.1/40'", problems[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATakenPortIsOneClearProblem()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var address = $"127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";
        await using var host = new GatewayHost(new() { Listen = [address] }, NullLoggerFactory.Instance, TimeProvider.System);

        var problem = Assert.Single(await host.StartAsync(CancellationToken.None));

        Assert.Equal(("SLIP0605", "gateway.listen", $"a port of {address} is taken"), (problem.Code, problem.Place, problem.Message));
    }

    [Theory]
    [InlineData("http://localhost:0")]
    [InlineData("127.0.0.1:0")]
    [InlineData("http://[::1]:0")]
    public async Task AddressesAreUnderstoodInEveryUsualForm(string listen)
    {
        await using var host = new GatewayHost(new() { Listen = [listen] }, NullLoggerFactory.Instance, TimeProvider.System);

        Assert.Empty(await host.StartAsync(CancellationToken.None));

        using var client = new HttpClient();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync(new Uri(host.Addresses.Single()))).StatusCode);
    }

    [Fact]
    public async Task TheClockClosesEachSecondAndTellsTheListeners()
    {
        var clock = new FakeTimeProvider(Front.Noon.AddMilliseconds(300));
        await using var version = await Backend.StartAsync("ok");
        await using var front = await Front.StartAsync(version, time: clock);
        var listener = new Listener();
        using var subscription = front.Counter.Subscribe(listener);
        await front.GetAsync();
        Assert.True(await front.Counter.WaitForDrainAsync(Tables.Key("production"), new("1"), TimeSpan.FromMinutes(1), CancellationToken.None));

        clock.Advance(TimeSpan.FromMilliseconds(700));
        var second = await listener.Told.Task;

        Assert.Equal(Front.Noon, second.At);
        Assert.Equal(1, Assert.Single(second.Sides).Completed);
    }

    private sealed class Listener : ITrafficListener
    {
        public TaskCompletionSource<TrafficSecond> Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void OnSecond(TrafficSecond second) => Told.TrySetResult(second);
    }
}
