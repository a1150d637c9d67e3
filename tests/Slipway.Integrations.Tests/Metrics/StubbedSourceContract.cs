using Slipway.Core.Analysis;
using Slipway.Engine.Ports;
using Slipway.Integrations.Metrics;
using Slipway.Testing.Contracts;
using Slipway.Testing.Servers;

namespace Slipway.Integrations.Tests.Metrics;

/// <summary>The contract for sources whose servers are not to be had: what they answer is recorded.</summary>
public abstract class StubbedSourceContract : MetricSourceContract, IDisposable
{
    private readonly SourceHttp _http = new(TimeProvider.System);

    /// <summary>The last whole minute that ended three minutes ago.</summary>
    protected static DateTimeOffset To { get; } = DateTimeOffset.FromUnixTimeSeconds((DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 60 * 60) - 180);

    protected static DateTimeOffset From { get; } = To - TimeSpan.FromMinutes(2);

    protected StubServer Stub { get; } = new();

    protected override Measurement Data => new Measurement.Counts(200, 6);

    protected abstract IMetricSource Make(SourceHttp http, TimeProvider time);

    /// <summary>Without the address and the time-out.</summary>
    protected abstract IEnumerable<(string Key, string Text)> Settings { get; }

    protected abstract (string Total, string Count) Ask { get; }

    protected abstract string Kind { get; }

    /// <summary>What the server answers in such a world.</summary>
    protected abstract StubReply Answer(SourceWorld world, StubRequest request);

    /// <summary>Worlds that such a source cannot be in.</summary>
    protected virtual IReadOnlySet<SourceWorld> Impossible => new HashSet<SourceWorld>();

    public void Dispose()
    {
        _http.Dispose();
        Stub.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task ItIsLeftAloneForAsLongAsItAsks()
    {
        var arranged = (await ArrangeAsync(SourceWorld.Data))!;
        Stub.Answer = _ => new StubReply(429, "{}") { Headers = new Dictionary<string, string> { ["Retry-After"] = "120" } };
        Assert.Contains("120 s", Words(await arranged.Source.MeasureAsync(arranged.Request, CancellationToken.None)), StringComparison.Ordinal);
        var asked = Stub.Asked.Count;
        Assert.Contains("left alone", Words(await arranged.Source.MeasureAsync(arranged.Request, CancellationToken.None)), StringComparison.Ordinal);
        Assert.Equal(asked, Stub.Asked.Count);
    }

    [Fact]
    public async Task AnAnswerWithoutEndIsCutOff()
    {
        var arranged = (await ArrangeAsync(SourceWorld.Data))!;
        Stub.Answer = _ => StubReply.Json($"\"{new string('x', 9 << 20)}\"");
        Assert.Contains("larger than 8 MiB", Words(await arranged.Source.MeasureAsync(arranged.Request, CancellationToken.None)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(500)]
    public async Task ARefusalSaysItsCode(int code)
    {
        var arranged = (await ArrangeAsync(SourceWorld.Data))!;
        Stub.Answer = _ => new StubReply(code, "{}");
        Assert.Contains($"answered {code}", Words(await arranged.Source.MeasureAsync(arranged.Request, CancellationToken.None)), StringComparison.Ordinal);
    }

    protected override Task<Arranged?> ArrangeAsync(SourceWorld world)
    {
        if (Impossible.Contains(world))
            return Task.FromResult<Arranged?>(null);
        Stub.Answer = request => world switch
        {
            SourceWorld.Slow => StubReply.Never,
            SourceWorld.Garbage => new StubReply(200, "<html>welcome</html>"),
            _ => Answer(world, request),
        };
        TimeProvider time = world == SourceWorld.ClockIsOff ? new OffTime(TimeSpan.FromMinutes(5)) : TimeProvider.System;
        var settings = Settings.Select(s => world == SourceWorld.NoSecret ? (s.Key, s.Text.Replace("SECRET", "NOBODY", StringComparison.Ordinal)) : s)
            .Append(("url", world == SourceWorld.Away ? "http://127.0.0.1:1" : Stub.Address)).Append(("timeout", world == SourceWorld.Slow ? "1s" : "30s")).Append(("delay", world == SourceWorld.TooEarly ? "10m" : "0s"));
        var (total, count) = world == SourceWorld.WrongName ? (Ask.Total.Replace("requests", "wrong", StringComparison.Ordinal), Ask.Count) : Ask;
        return Task.FromResult<Arranged?>(new Arranged(Make(world == SourceWorld.ClockIsOff ? new SourceHttp(time) : _http, time), Request(Kind, MetricShape.Counts, settings, [("total", total), ("count", count)], From, To)));
    }
}
