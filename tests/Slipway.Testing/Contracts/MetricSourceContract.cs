using System.Collections.Immutable;
using System.Diagnostics;
using Slipway.Core.Analysis;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;

namespace Slipway.Testing.Contracts;

/// <summary>In what state a source's world is when it is asked.</summary>
public enum SourceWorld
{
    /// <summary>All there as it should be.</summary>
    Data,

    /// <summary>The names are right, and nothing happened or nothing is there for this version.</summary>
    NoData,

    /// <summary>One of the two numbers is there.</summary>
    Partial,

    /// <summary>Something was divided by nothing.</summary>
    NotANumber,

    /// <summary>A name in the query is misspelt.</summary>
    WrongName,

    /// <summary>The other side's clock is five minutes off.</summary>
    ClockIsOff,

    /// <summary>What belongs to the window cannot have come yet.</summary>
    TooEarly,

    Away,

    /// <summary>It never answers.</summary>
    Slow,

    /// <summary>It answers nonsense.</summary>
    Garbage,

    /// <summary>Nobody told the server the secret that the source refers to.</summary>
    NoSecret,
}

/// <summary>What every metric source promises. No trouble is ever a number, and none is an exception.</summary>
public abstract class MetricSourceContract
{
    /// <summary>What settings hold as <c>${SECRET}</c>.</summary>
    protected const string Secret = "s3cret-of-the-server";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    protected sealed record Arranged(IMetricSource Source, MetricRequest Request);

    /// <summary>Builds that world, and what to ask in it; null where it cannot be.</summary>
    protected abstract Task<Arranged?> ArrangeAsync(SourceWorld world);

    /// <summary>What is measured in a world with data.</summary>
    protected abstract Measurement Data { get; }

    protected static string? Variable(string name) => name == "SECRET" ? Secret : null;

    [Fact]
    public async Task DataIsMeasured() => Assert.Equal(Data, await AskAsync(SourceWorld.Data));

    [Fact]
    public async Task TheSameWindowTwiceGivesTheSameTwice()
    {
        if (await ArrangeAsync(SourceWorld.Data) is not { } arranged)
            return;
        var first = await arranged.Source.MeasureAsync(arranged.Request, CancellationToken.None);
        Assert.Equal(first, await arranged.Source.MeasureAsync(arranged.Request, CancellationToken.None));
    }

    [Theory]
    [InlineData(SourceWorld.NoData)]
    [InlineData(SourceWorld.Partial)]
    [InlineData(SourceWorld.NotANumber)]
    [InlineData(SourceWorld.TooEarly)]
    public async Task WhatIsNotThereIsNothingAndSaysWhy(SourceWorld world)
    {
        if (await AskAsync(world) is { } measured)
            Assert.NotEmpty(Assert.IsType<Measurement.Nothing>(measured).Why);
    }

    [Theory]
    [InlineData(SourceWorld.WrongName)]
    [InlineData(SourceWorld.ClockIsOff)]
    public async Task WhatIsWrongWithTheQuestionIsNeverANumber(SourceWorld world)
    {
        if (await AskAsync(world) is { } measured)
            Assert.Contains(world == SourceWorld.ClockIsOff ? "clock" : "wrong", Words(measured), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(SourceWorld.Away)]
    [InlineData(SourceWorld.Slow)]
    [InlineData(SourceWorld.Garbage)]
    [InlineData(SourceWorld.NoSecret)]
    public async Task WhatCannotBeAskedOrReadHasFailedSoonAndSaysWhy(SourceWorld world)
    {
        var begun = Stopwatch.GetTimestamp();
        if (await AskAsync(world) is not { } measured)
            return;
        Assert.NotEmpty(Assert.IsType<Measurement.Failed>(measured).Why);
        Assert.True(Stopwatch.GetElapsedTime(begun) < Patience, $"it took {Stopwatch.GetElapsedTime(begun)}");
    }

    [Fact]
    public async Task ItEndsSoonAfterItIsCancelled()
    {
        if (await ArrangeAsync(SourceWorld.Slow) is not { } arranged)
            return;
        using CancellationTokenSource stop = new();
        var settings = arranged.Request.Source.Settings.SetItem("timeout", "60s");
        var asking = arranged.Source.MeasureAsync(arranged.Request with { Source = arranged.Request.Source with { Settings = settings } }, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.WaitAsync(Patience));
    }

    [Fact]
    public async Task ASettingThatIsNoneIsRefusedBeforeAnythingIsAsked()
    {
        if (await ArrangeAsync(SourceWorld.Data) is not { } arranged)
            return;
        var request = arranged.Request;
        Assert.Null(arranged.Source.Refuses(request.Source, request.Query));
        Assert.Contains("'colour'", arranged.Source.Refuses(request.Source with { Settings = request.Source.Settings.Add("colour", "red") }, request.Query), StringComparison.Ordinal);
        Assert.NotNull(arranged.Source.Refuses(request.Source, request.Query with { Ask = request.Query.Ask.Clear() }));
    }

    protected static MetricRequest Request(string kind, MetricShape shape, IEnumerable<(string Key, string Text)> settings, IEnumerable<(string Role, string Text)> ask, DateTimeOffset from, DateTimeOffset to, string version = "1.1.0") => new(
        new MetricSourceSpec("numbers", kind, settings.ToImmutableSortedDictionary(s => s.Key, s => s.Text, StringComparer.Ordinal)),
        new MetricQuery("numbers", shape, ask.ToImmutableSortedDictionary(a => a.Role, a => a.Text, StringComparer.Ordinal)),
        new MetricSubject(new EnvironmentKey(new ProjectId("shop"), new EnvironmentName("production")), new CandidateId(version), InstanceRole.Serving), true, from, to);

    /// <summary>Why it is no number; fails the test where it is one.</summary>
    protected static string Words(Measurement measured) => measured switch
    {
        Measurement.Nothing nothing => nothing.Why,
        Measurement.Failed failed => failed.Why,
        _ => throw new InvalidOperationException($"it is a number: {measured}"),
    };

    private async Task<Measurement?> AskAsync(SourceWorld world)
    {
        if (await ArrangeAsync(world) is not { } arranged)
            return null;
        var measured = await arranged.Source.MeasureAsync(arranged.Request, CancellationToken.None);
        Assert.DoesNotContain(Secret, measured.ToString(), StringComparison.Ordinal);
        return measured;
    }
}
