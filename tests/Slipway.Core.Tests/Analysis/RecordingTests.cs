using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using CsCheck;
using Slipway.Core.Analysis;
using Slipway.Core.Analysis.Recording;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;

namespace Slipway.Core.Tests.Analysis;

public class RecordingTests
{
    private static readonly ImmutableArray<CheckSpec> Checks = [new CheckSpec.Errors(), new CheckSpec.Latency()];
    private static readonly ImmutableArray<Weight> Gates = [new(10_000), new(50_000)];

    private static readonly Gen<SideCounts> Sides = Gen.Select(Gen.Int[0, 2], Gen.Long, Gen.Long[0, 500], Gen.Int[-500, 200], Gen.Long[0, 3].Array[0, 40], (version, odd, many, offset, buckets) => new SideCounts
    {
        Environment = new(new("shop"), new(version == 0 ? "production" : "größe")), Candidate = new($"1.{version}"), Role = (InstanceRole)(version % 2),
        Started = odd, Completed = many, ServerErrors = many / 7, ClientErrors = many / 5, NoAnswer = -many, InFlight = many % 3,
        Latency = buckets.Length == 0 ? LatencyHistogram.Empty : new LatencyHistogram(offset, [.. buckets]),
        Shards = many % 2 == 0 ? null : new ShardCounts([.. buckets], [odd, 0, 0, many]) { Clients = many % 3 == 0 ? default : [.. buckets], FailedClients = many % 3 == 0 ? default : [0, many] },
        Strata = many % 3 == 0 ? default : [.. Enumerable.Range(0, version + 1).Select(i => new StratumCounts($"route/größe-{i}") { Completed = many, ServerErrors = odd, NoAnswer = i, Latency = new(offset, [.. buckets, 1]) })],
        Clients = many % 5 == 0 ? null : new ClientCounts(many, odd, -many),
    });

    private static readonly Gen<ObservedWindow> Windows = Gen.Select(Gen.Int[0, 9], Gen.Long[-TimeSpan.TicksPerDay, 90 * TimeSpan.TicksPerDay], Sides, Sides.Null(), Sides.Null(), (kind, at, side, candidate, baseline) => kind switch
    {
        0 => new ObservedWindow.Learned(new(at), side),
        1 => new ObservedWindow.BegunAnew(new(at)),
        2 => new ObservedWindow.Cut(new(at)),
        3 => new ObservedWindow.Measured(new(at), new MetricWindow("größe", new(at / 2), new Measurement.Counts(at, 0.1), kind == 3 ? null : new Measurement.Nothing("no data"))),
        _ => (ObservedWindow)new ObservedWindow.Compared(new(at), candidate, baseline, kind) { Split = kind < 7 ? null : new SplitSeen(0.1 * kind, at, kind) },
    });

    [Fact]
    public void WhatIsWrittenIsReadBackAsItWas() => Windows.Array[0, 30].Sample(windows =>
    {
        WindowWriter writer = new();
        foreach (var window in windows)
            writer.Write(window);

        Assert.Equal(Text(windows), Text(WindowReader.Read(writer.Written)));
        Assert.Equal(Text(windows), Text(WindowChunk.Unpack(WindowChunk.Pack(writer.Written))));
        AnalysisCheckpoint checkpoint = new(windows.Length, writer.Written.ToArray());
        Assert.Equal((windows.Length, Text(windows)), (AnalysisCheckpoint.Read(checkpoint.ToBytes()).Chunks, Text(AnalysisCheckpoint.Read(checkpoint.ToBytes()).Windows)));
    }, iter: Runs.Of(300));

    /// <summary>Fails when counts get a field that recordings forget: without it, the same windows would not give the same verdict.</summary>
    [Fact]
    public void NoFieldOfCountsIsForgotten()
    {
        SideCounts sample = new()
        {
            Environment = new(new("shop"), new("production")), Candidate = new("1.0.0"), Role = InstanceRole.Baseline,
            Started = 9, Completed = 8, ServerErrors = 1, ClientErrors = 2, NoAnswer = 3, InFlight = 4, Latency = new(-120, [5, 0, 0, 0, 2]),
            Shards = new([0, 0, 3, 0], [1]) { Clients = [0, 2], FailedClients = [0, 1] }, Clients = new(5, 6, 7),
            Strata = [new("region/eu") { Completed = 3, ServerErrors = 1, NoAnswer = 2, Latency = new(-5, [1]) }],
            Instances = new([0, 2], [0, 1]),
        };
        WindowWriter writer = new();
        writer.Write(new ObservedWindow.Learned(TimeSpan.Zero, sample));
        var read = Assert.IsType<ObservedWindow.Learned>(Assert.Single(WindowReader.Read(writer.Written))).Baseline;

        foreach (var field in typeof(SideCounts).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite))
        {
            var unset = field.PropertyType.IsValueType ? Activator.CreateInstance(field.PropertyType) : null;
            Assert.False(Equals(field.GetValue(sample), unset), $"give {field.Name} a value in this test");
            Assert.Equal(JsonSerializer.Serialize(field.GetValue(sample), SlipwayJson.Options), JsonSerializer.Serialize(field.GetValue(read), SlipwayJson.Options));
        }
    }

    /// <summary>The stored form, byte by byte: what was recorded once is read for good.</summary>
    [Fact]
    public void TheStoredFormStaysReadable()
    {
        var stored = Convert.FromHexString(
            "0080DAC409000873686F701470726F64756374696F6E0A312E302E30001210020400060A0A000404EF0100"
            + "0280DAC4090204000E0E000000000000040A0609");
        SideCounts learned = new()
        {
            Environment = new(new("shop"), new("production")), Candidate = new("1.0.0"),
            Started = 9, Completed = 8, ServerErrors = 1, ClientErrors = 2, NoAnswer = 0, InFlight = 3, Latency = new(-120, [5, 0, 0, 0, 2]),
        };

        ObservedWindow[] expected =
        [
            new ObservedWindow.Learned(TimeSpan.FromSeconds(1), learned),
            new ObservedWindow.Compared(TimeSpan.FromSeconds(2), null, new() { Environment = learned.Environment, Candidate = learned.Candidate, Started = 7, Completed = 7 }),
            new ObservedWindow.BegunAnew(new(20_000_005)),
            new ObservedWindow.Cut(TimeSpan.FromSeconds(2)),
        ];
        Assert.Equal(Text(expected), Text(WindowReader.Read(stored)));
    }

    [Fact]
    public void TheStoredFormOfStrataStaysReadable()
    {
        var stored = Convert.FromHexString(
            "0280DAC4090206000873686F701470726F64756374696F6E0A312E302E30001212000002000210EF0104040012726567696F6E2F657512000"
            + "20210EF01021C726F7574652F636865636B6F75740402000204C701001212000002000210EF010404001200020210EF01020402000204C701");
        ImmutableArray<StratumCounts> strata = [new("region/eu") { Completed = 9, NoAnswer = 1, Latency = new(-120, [8]) }, new("route/checkout") { Completed = 2, ServerErrors = 1, Latency = new(-100, [2]) }];
        SideCounts side = new() { Environment = new(new("shop"), new("production")), Candidate = new("1.0.0"), Started = 9, Completed = 9, NoAnswer = 1, Latency = new(-120, [8]), Strata = strata };
        ObservedWindow[] expected = [new ObservedWindow.Compared(TimeSpan.FromSeconds(1), side, side)];
        WindowWriter writer = new();
        writer.Write(expected[0]);

        Assert.Equal(Convert.ToHexString(stored), Convert.ToHexString(writer.Written));
        Assert.Equal(Text(expected), Text(WindowReader.Read(stored)));
    }

    [Fact]
    public void DamagedBytesAreToldAndNeverRead()
    {
        WindowWriter writer = new();
        SimulatedTraffic traffic = new(3);
        for (var i = 1; i <= 20; i++)
            writer.Write(new ObservedWindow.Compared(TimeSpan.FromSeconds(i), traffic.Second().Candidate, traffic.Second().Baseline));
        var packed = WindowChunk.Pack(writer.Written);

        Assert.Throws<FormatException>(() => WindowChunk.Unpack(packed.AsSpan(0, packed.Length / 2)));
        Assert.Throws<FormatException>(() => WindowChunk.Unpack([2, .. packed.AsSpan(1)]));
        Assert.Throws<FormatException>(() => WindowReader.Read([0x7F]));
        Assert.Throws<FormatException>(() => AnalysisCheckpoint.Read(new byte[] { 9, 0, 0, 0, 0 }));
    }

    [Fact]
    public void ShownAgainTheyGiveTheSameReportToTheLastDigit()
    {
        SimulatedTraffic traffic = new(11) { CandidateErrors = 0.02 };
        CanaryAnalysis live = new(Checks, Gates);
        Recorder recorder = new(0, 0, []);
        var chunks = new List<byte[]>();
        foreach (var window in Enumerable.Range(0, 300).Select(i => Window(traffic, i)))
        {
            Replayed.Show(live, window);
            recorder.Add(window);
            if (recorder.IsFull)
                chunks.Add(recorder.Close()!);
        }

        CanaryAnalysis again = new(Checks, Gates);
        foreach (var windows in chunks.Select(c => WindowChunk.Unpack(c)).Append(recorder.Checkpoint().Windows))
            again = Replayed.Onto(again, Checks, Gates, windows);

        Assert.True(live.Report().Checks[0].LogEvidence > 3);
        Assert.Equal(Text(live.Report()), Text(again.Report()));
        Assert.InRange(chunks.Sum(c => c.Length) / (60.0 * chunks.Count), 20, 140);
    }

    [Fact]
    public void ARecordingIsBoundedAndSaysWhereItGotCoarse()
    {
        Recorder recorder = new(1, Recorder.Fine, []);
        for (var i = 20; i < 45; i++)
            recorder.Add(Window(new SimulatedTraffic(1), i));
        Assert.Equal([10, 10, 5], recorder.Checkpoint().Windows.OfType<ObservedWindow.Compared>().Select(w => w.Merged));
        Assert.All(recorder.Checkpoint().Windows, w => Assert.False(w.IsExact));

        Recorder full = new(1, Recorder.Most, []);
        for (var i = 0; i < 25; i++)
            full.Add(Window(new SimulatedTraffic(1), i));
        Assert.IsType<ObservedWindow.Cut>(Assert.Single(full.Checkpoint().Windows));
    }

    [Fact]
    public void SumsOfWindowsLoseNoRequest() => Windows.Array[1, 60].Sample(windows =>
    {
        Recorder recorder = new(1, Recorder.Coarse, []);
        foreach (var window in windows.Where(w => w is ObservedWindow.Compared))
            recorder.Add(window);
        long Requests(IEnumerable<ObservedWindow> all) => all.OfType<ObservedWindow.Compared>().Sum(w => (w.Candidate?.Completed ?? 0) + 1000 * (w.Baseline?.Completed ?? 0) + 1_000_000 * (w.Candidate?.Latency.Total ?? 0));
        Assert.Equal(Requests(windows), Requests(recorder.Checkpoint().Windows));
    }, iter: Runs.Of(200));

    private static ObservedWindow Window(SimulatedTraffic traffic, int second) => second < 20
        ? new ObservedWindow.Learned(TimeSpan.FromSeconds(second), traffic.Baseline(100))
        : traffic.Second() is var (candidate, baseline) ? new ObservedWindow.Compared(TimeSpan.FromSeconds(second), candidate, baseline) : throw new InvalidOperationException();

    private static string Text<T>(T value) => JsonSerializer.Serialize(value, SlipwayJson.Options);
}
