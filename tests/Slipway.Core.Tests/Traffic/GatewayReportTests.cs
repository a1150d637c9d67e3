using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;

namespace Slipway.Core.Tests.Traffic;

public class GatewayReportTests
{
    /// <summary>As a gateway of an earlier version sends it.</summary>
    private const string OldReport =
        """{"gateway":"eu-1","boot":"b","sequence":3,"routesVersion":7,"seconds":[{"at":"2026-11-23T12:00:00+00:00","sides":[{"environment":{"project":"shop","name":"production"},"candidate":"1.0.0","started":5,"completed":4,"serverErrors":1,"clientErrors":0,"noAnswer":0,"inFlight":1,"latency":{"offset":-100,"counts":[4],"total":4}}]}],"inFlight":[{"environment":{"project":"shop","name":"production"},"candidate":"1.0.0","count":1}]}""";

    [Fact]
    public void AReportOfTheOldFormCountsForTheServingInstancesAndIsWrittenAsBefore()
    {
        var report = JsonSerializer.Deserialize<GatewayReport>(OldReport, SlipwayJson.Options)!;

        Assert.Equal(InstanceRole.Serving, report.Seconds.Single().Sides.Single().Role);
        Assert.Equal((1, InstanceRole.Serving), (report.InFlight.Single().Count, report.InFlight.Single().Role));
        Assert.Equal(OldReport, JsonSerializer.Serialize(report, SlipwayJson.Options));
    }

    [Fact]
    public void WhereAGatewayDoesNotSayWhichEndpointsARequestMayBeAtAny()
    {
        var old = JsonSerializer.Deserialize<GatewayReport>(OldReport, SlipwayJson.Options)!.InFlight.Single();
        var exact = old with { Count = 3, ByEndpoint = ImmutableSortedDictionary<string, long>.Empty.Add("http://127.0.0.1:20001", 3) };

        var read = JsonSerializer.Deserialize<SideInFlight>(JsonSerializer.Serialize(exact, SlipwayJson.Options), SlipwayJson.Options)!;

        Assert.Equal((1, 3, 0), (old.To(["http://127.0.0.1:20002"]), read.To(["http://127.0.0.1:20001", "http://127.0.0.1:20002"]), read.To(["http://127.0.0.1:20002"])));
    }

    [Fact]
    public void ARegionAndStrataAreReadAsTheyWereWritten()
    {
        var old = JsonSerializer.Deserialize<GatewayReport>(OldReport, SlipwayJson.Options)!;
        var side = old.Seconds[0].Sides[0] with { Strata = [new StratumCounts("route/checkout") { Completed = 4, ServerErrors = 1, Latency = new(-100, [4]) }] };

        var json = JsonSerializer.Serialize(old with { Region = "eu-west", Seconds = [old.Seconds[0] with { Sides = [side] }] }, SlipwayJson.Options);

        Assert.Contains("""
            "strata":[{"name":"route/checkout","completed":4,"serverErrors":1,"noAnswer":0,"latency":{"offset":-100,"counts":[4],"total":4}}]
            """, json, StringComparison.Ordinal);
        Assert.EndsWith("""
            "region":"eu-west"}
            """, json, StringComparison.Ordinal);
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<GatewayReport>(json, SlipwayJson.Options), SlipwayJson.Options));
    }

    [Fact]
    public void TheBaselineIsToldApart()
    {
        var report = JsonSerializer.Deserialize<GatewayReport>(OldReport, SlipwayJson.Options)!;
        var fresh = report with { InFlight = [report.InFlight.Single() with { Role = InstanceRole.Baseline }] };

        var json = JsonSerializer.Serialize(fresh, SlipwayJson.Options);

        Assert.EndsWith(""","count":1,"role":"baseline"}]}""", json, StringComparison.Ordinal);
        Assert.Equal(InstanceRole.Baseline, JsonSerializer.Deserialize<GatewayReport>(json, SlipwayJson.Options)!.InFlight.Single().Role);
    }
}
