using CsCheck;
using Slipway.Core.Traffic;
using Slipway.Gateway.Counting;
using Slipway.Gateway.Mirroring;
using Slipway.Gateway.Routing;

namespace Slipway.Gateway.Tests.Mirroring;

public class MirrorTests
{
    private const int Requests = 2_000;

    /// <summary>Whoever asks for a page and its picture by turns has as many of the one copied as of the other.</summary>
    [Fact]
    public void OfAnyRequestsInARowAndInAnyRhythmTheShareIsCopied() => Gen.Select(Gen.Int[1, Weight.Whole], Gen.Long, Gen.Int[1, 12]).Sample((share, start, rhythm) =>
    {
        var mirror = Of(share, start);
        var copied = Enumerable.Range(0, Requests * rhythm).Count(i => mirror.TakesNext() && i % rhythm == 0);
        return Math.Abs(copied - (Requests * new Weight(share).Share)) <= 15;
    });

    [Fact]
    public void TablesThatFollowEachOtherQuicklyCopyTheirShareOfFirstRequests()
    {
        var copied = Enumerable.Range(0, Requests).Count(version => Of(20_000, 1_795_000_000_000 + version).TakesNext());

        Assert.InRange(copied, (Requests * 0.2) - 15, (Requests * 0.2) + 15);
    }

    [Fact]
    public void TheWholeIsEveryRequest() => Assert.All(Enumerable.Range(0, Requests), _ => Assert.True(Of(Weight.Whole, 1).TakesNext()));

    private static Mirror Of(int share, long start)
    {
        var key = Tables.Key("production");
        var candidate = new RoutedSide(key, new("2"), [new Gateway.Counting.RoutedEndpoint("http://127.0.0.1:1")], new SideMeter(key, new("2"), Core.Releases.InstanceRole.Serving), new(new([]), TimeProvider.System));
        return new(candidate, new(share), start);
    }
}
