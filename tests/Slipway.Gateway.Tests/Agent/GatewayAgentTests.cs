using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Core.Traffic;
using Slipway.Gateway.Agent;

namespace Slipway.Gateway.Tests.Agent;

public sealed class GatewayAgentTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("slipway-gateway-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task RoutesAreTakenAsSoonAsTheServerHasThem()
    {
        await using var control = await Control.StartAsync();
        await using var edge = await Edge.StartAsync(_directory, control.Address);

        await control.AskedAsync(after: 0);
        control.Offer(Tables.Table(7));
        await control.AskedAsync(after: 7);
        control.Offer(Tables.Table(8));
        await control.AskedAsync(after: 8);

        Assert.Equal(8, edge.Host.Routes.Current.Version);
    }

    [Fact]
    public async Task WhatIsServedIsSaidAtOnceNotAtTheEndOfTheSecond()
    {
        await using var control = await Control.StartAsync();
        await using var edge = await Edge.StartAsync(_directory, control.Address);

        control.Offer(Tables.Table(7));
        var said = await control.Received.ReadAsync();

        Assert.Equal((7, 1), (said.RoutesVersion, said.Sequence));
        Assert.Empty(said.Seconds);
    }

    [Fact]
    public async Task ATableOfALowerVersionChangesNothing()
    {
        await using var control = await Control.StartAsync();
        await using var edge = await Edge.StartAsync(_directory, control.Address);
        control.Offer(Tables.Table(7));
        await control.AskedAsync(after: 7);

        control.Offer(Tables.Table(3));
        await control.AskedAsync(after: 7);

        Assert.Equal(7, edge.Host.Routes.Current.Version);
    }

    [Fact]
    public async Task WithNoServerAGatewayServesByTheTableOnItsDisk()
    {
        await using var version = await Backend.StartAsync("kept");
        Uri gone;
        await using (var control = await Control.StartAsync())
        {
            gone = control.Address;
            await using var first = await Edge.StartAsync(_directory, gone);
            control.Offer(Front.Production(4, version.Address));
            await control.AskedAsync(after: 4);
        }

        await using var second = await Edge.StartAsync(_directory, gone);

        using var client = new HttpClient();
        Assert.Equal("kept", await client.GetStringAsync(new Uri(second.Host.Addresses.Single())));
        Assert.Equal(4, second.Host.Routes.Current.Version);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ \"version\": 9, \"services\": [ {")]
    [InlineData("""{"version":9,"services":[{"project":"p","environments":[{"environment":"e","slice":{"$type":"rest"},"weight":0,"stable":{"candidate":"1","endpoints":["nonsense"]}}]}]}""")]
    public async Task ABrokenTableOnDiskIsPutAsideAndTheServersTaken(string content)
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "routes.json"), content);
        await using var control = await Control.StartAsync();
        await using var edge = await Edge.StartAsync(_directory, control.Address);
        Assert.Equal(0, edge.Host.Routes.Current.Version);

        control.Offer(Tables.Table(1));

        await control.AskedAsync(after: 1);
    }

    [Fact]
    public async Task NonsenseFromTheServerIsNotTakenAndAskedForAgain()
    {
        await using var control = await Control.StartAsync();
        control.Nonsense = "<html>";
        await using var edge = await Edge.StartAsync(_directory, control.Address);
        await control.AskedAsync(after: 0);
        await control.AskedAsync(after: 0);
        Assert.Equal(0, edge.Host.Routes.Current.Version);

        control.Nonsense = null;
        control.Offer(Tables.Table(2));

        await control.AskedAsync(after: 2);
    }

    [Fact]
    public async Task AReportIsSentUnchangedUntilAcknowledgedAndNothingIsCountedTwice()
    {
        await using var version = await Backend.StartAsync("ok");
        await using var control = await Control.StartAsync();
        await using var edge = await Edge.StartAsync(_directory, control.Address);
        edge.Host.Routes.Publish(Front.Production(1, version.Address));
        control.ReportStatus = 503;
        using var client = new HttpClient { BaseAddress = new(edge.Host.Addresses.Single()) };
        var received = new List<GatewayReport>();

        for (var second = 1; second <= 5; second++)
        {
            for (var i = 0; i < second; i++)
                await client.GetStringAsync(new Uri("/", UriKind.Relative));
            Assert.True(await edge.Host.Counter.WaitForDrainAsync(Tables.Key("production"), new("1"), TimeSpan.FromMinutes(1), CancellationToken.None));
            edge.Host.Counter.Close(Front.Noon.AddSeconds(second));
            received.Add(await control.Received.ReadAsync());
        }

        control.ReportStatus = 202;
        while (received.DistinctBy(r => r.Sequence).Sum(r => r.Seconds.Length) < 5)
            received.Add(await control.Received.ReadAsync());

        Assert.All(received.GroupBy(r => r.Sequence), same => Assert.Single(same.Select(Written).Distinct()));
        var once = received.DistinctBy(r => (r.Boot, r.Sequence)).ToArray();
        Assert.Single(once.Select(r => r.Boot).Distinct());
        Assert.Equal(Enumerable.Range(1, once.Length), once.Select(r => (int)r.Sequence));
        Assert.Equal(["edge-1"], once.Select(r => r.Gateway).Distinct());
        Assert.Equal(Enumerable.Range(0, 5).Select(s => Front.Noon.AddSeconds(s)), once.SelectMany(r => r.Seconds).Select(s => s.At));
        Assert.Equal([1, 2, 3, 4, 5], once.SelectMany(r => r.Seconds).Select(s => s.Sides.Single().Completed));
        Assert.All(once, r => Assert.Equal(1, r.RoutesVersion));
    }

    [Fact]
    public async Task AReportThatTheServerRefusesForGoodDoesNotHoldUpTheNext()
    {
        await using var control = await Control.StartAsync();
        await using var edge = await Edge.StartAsync(_directory, control.Address);
        control.ReportStatus = 400;

        edge.Host.Counter.Close(Front.Noon);
        Assert.Equal(1, (await control.Received.ReadAsync()).Sequence);
        edge.Host.Counter.Close(Front.Noon);

        Assert.Equal(2, (await control.Received.ReadAsync()).Sequence);
    }

    [Fact]
    public async Task AtMostTenMinutesAreKeptWhileTheServerIsAwayTheNewest()
    {
        var queue = new ReportQueue("edge-1", "boot", TimeProvider.System, "eu-west");
        for (var second = 0; second < 700; second++)
            queue.OnSecond(new(Front.Noon.AddSeconds(second), []));

        var reports = new List<GatewayReport>();
        while (reports.Sum(r => r.Seconds.Length) < 600)
            reports.Add(await queue.NextAsync(() => (1, []), CancellationToken.None));

        Assert.Equal(10, reports.Count);
        Assert.All(reports, r => Assert.Equal("eu-west", r.Region));
        Assert.Equal(Front.Noon.AddSeconds(100), reports[0].Seconds[0].At);
        Assert.Equal(Front.Noon.AddSeconds(699), reports[^1].Seconds[^1].At);
    }

    [Fact]
    public void EverythingWrongWithTheOptionsIsSaidAtOnceAndNeverTheToken()
    {
        var problems = new GatewayAgentOptions { Server = new("ftp://x"), Gateway = "edge 1", Token = "sec\nret", Region = "EU west" }.Problems();

        Assert.Equal(["gateway.server", "gateway.id", "gateway.token", "gateway.region"], problems.Select(p => p.Place));
        Assert.DoesNotContain("sec", problems[2].ToString(), StringComparison.Ordinal);
        Assert.Empty(new GatewayAgentOptions { Server = new("http://127.0.0.1:1"), Gateway = "edge-1", Token = "secret" }.Problems());
    }

    [Theory]
    [InlineData(1, 0, 500)]
    [InlineData(1, 1, 250)]
    [InlineData(2, 0, 1_000)]
    [InlineData(5, 0, 8_000)]
    [InlineData(6, 0, 15_000)]
    [InlineData(1_000_000, 1, 7_500)]
    public void PausesDoubleUpToALimitAndAreSpreadByChance(int failures, double chance, int milliseconds) => Assert.Equal(
        TimeSpan.FromMilliseconds(milliseconds),
        Pause.After(failures, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(15), chance));

    private static string Written(GatewayReport report) => System.Text.Json.JsonSerializer.Serialize(report, Core.SlipwayJson.Options);

    /// <summary>A gateway that runs alone, with its agent.</summary>
    private sealed class Edge : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly GatewayAgent _agent;
        private readonly Task _running;

        private Edge(GatewayHost host, GatewayAgent agent)
        {
            Host = host;
            _agent = agent;
            _running = agent.RunAsync(_stop.Token);
        }

        public GatewayHost Host { get; }

        public static async Task<Edge> StartAsync(string directory, Uri server)
        {
            var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Front.Noon);
            var host = new GatewayHost(new() { Listen = ["127.0.0.1:0"], DataDirectory = directory }, NullLoggerFactory.Instance, clock);
            var options = new GatewayAgentOptions
            {
                Server = server,
                Gateway = "edge-1",
                Token = "secret",
                FirstPause = TimeSpan.FromMilliseconds(1),
                LongestPause = TimeSpan.FromMilliseconds(5),
            };
            var agent = new GatewayAgent(options, host, TimeProvider.System, NullLogger<GatewayAgent>.Instance);
            agent.Restore();
            Assert.Empty(await host.StartAsync(CancellationToken.None));
            return new(host, agent);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            _agent.Dispose();
            _stop.Dispose();
            await Host.DisposeAsync();
        }
    }
}
