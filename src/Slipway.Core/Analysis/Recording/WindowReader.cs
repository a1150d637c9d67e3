using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;

namespace Slipway.Core.Analysis.Recording;

/// <summary>Reads back what a <see cref="WindowWriter"/> wrote.</summary>
public ref struct WindowReader
{
    /// <summary>More are no histogram, and no shards.</summary>
    private const int MostBuckets = ShardCounts.MostCells;

    /// <summary>More than are ever kept.</summary>
    private const int MostStrata = 1024;

    private readonly List<(EnvironmentKey Environment, CandidateId Candidate, InstanceRole Role)> _versions = [];
    private readonly List<string> _names = [];
    private ReadOnlySpan<byte> _left;
    private long _at;

    private WindowReader(ReadOnlySpan<byte> bytes) => _left = bytes;

    /// <exception cref="FormatException">The bytes are damaged, or were written by a newer Slipway.</exception>
    public static ImmutableArray<ObservedWindow> Read(ReadOnlySpan<byte> bytes)
    {
        WindowReader reader = new(bytes);
        var windows = ImmutableArray.CreateBuilder<ObservedWindow>();
        while (!reader._left.IsEmpty)
            windows.Add(reader.Window());
        return windows.ToImmutable();
    }

    private ObservedWindow Window()
    {
        var kind = (WindowKind)Number();
        var at = TimeSpan.FromTicks(_at += Number());
        return kind switch
        {
            WindowKind.Learned => new ObservedWindow.Learned(at, Side()),
            WindowKind.Compared => Compared(at),
            WindowKind.BegunAnew => new ObservedWindow.BegunAnew(at),
            WindowKind.Cut => new ObservedWindow.Cut(at),
            WindowKind.Measured => new ObservedWindow.Measured(at, Metric()),
            _ => throw Damaged(),
        };
    }

    private ObservedWindow.Compared Compared(TimeSpan at)
    {
        var (merged, sides) = ((int)Number(), Number());
        return new ObservedWindow.Compared(at, (sides & 1) != 0 ? Side() : null, (sides & 2) != 0 ? Side() : null, merged) { Split = (sides & 4) != 0 ? Split() : null };
    }

    private SplitSeen Split() => new(BitConverter.Int64BitsToDouble(Number()), Number(), Number());

    private MetricWindow Metric()
    {
        try
        {
            return JsonSerializer.Deserialize<MetricWindow>(Text(), SlipwayJson.Options) ?? throw Damaged();
        }
        catch (JsonException)
        {
            throw Damaged();
        }
    }

    private SideCounts Side()
    {
        var (environment, candidate, role) = Version();
        SideCounts side = new()
        {
            Environment = environment, Candidate = candidate, Role = role,
            Started = Number(), Completed = Number(), ServerErrors = Number(), ClientErrors = Number(), NoAnswer = Number(), InFlight = Number(),
            Latency = Histogram(),
        };
        var parts = Number() is >= 0 and < 32 and var known ? known : throw Damaged();
        side = side with { Shards = (parts & 1) == 0 ? null : Shards(), Strata = (parts & 2) == 0 ? default : Strata(), Instances = (parts & 4) == 0 ? null : Shards() };
        side = side with { Clients = (parts & 8) == 0 ? null : new ClientCounts(Number(), Number(), Number()) };
        return (parts & 16) == 0 ? side : side with { Shards = (side.Shards ?? throw Damaged()) with { Clients = Counts(), FailedClients = Counts() } };
    }

    private ImmutableArray<StratumCounts> Strata()
    {
        var strata = new StratumCounts[Number() is >= 0 and <= MostStrata and var count ? count : throw Damaged()];
        for (var i = 0; i < strata.Length; i++)
            strata[i] = new StratumCounts(Name()) { Completed = Number(), ServerErrors = Number(), NoAnswer = Number(), Latency = Histogram() };
        return ImmutableArray.Create(strata);
    }

    private string Name()
    {
        var index = Number();
        if (index == _names.Count)
            _names.Add(Text());
        return index >= 0 && index < _names.Count ? _names[(int)index] : throw Damaged();
    }

    private ShardCounts Shards() => new(Counts(), Counts());

    private (EnvironmentKey Environment, CandidateId Candidate, InstanceRole Role) Version()
    {
        var index = Number();
        if (index == _versions.Count)
            _versions.Add((new EnvironmentKey(new ProjectId(Text()), new EnvironmentName(Text())), new CandidateId(Text()), (InstanceRole)Number()));
        return index >= 0 && index < _versions.Count ? _versions[(int)index] : throw Damaged();
    }

    private LatencyHistogram Histogram()
    {
        var counts = Counts();
        return counts.IsEmpty ? LatencyHistogram.Empty : new LatencyHistogram((int)Number(), counts);
    }

    private ImmutableArray<long> Counts()
    {
        var length = Number();
        if (length is < 0 or > MostBuckets)
            throw Damaged();
        var counts = new long[length];
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = Number();
            if (counts[i] == 0)
                i += (int)Math.Clamp(Number(), 0, length);
        }

        return ImmutableArray.Create(counts);
    }

    private string Text()
    {
        var length = Number();
        if (length < 0 || length > _left.Length)
            throw Damaged();
        var text = Encoding.UTF8.GetString(_left[..(int)length]);
        _left = _left[(int)length..];
        return text;
    }

    private long Number()
    {
        var raw = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_left.IsEmpty)
                throw Damaged();
            var next = _left[0];
            _left = _left[1..];
            raw |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return (long)(raw >> 1) ^ -(long)(raw & 1);
        }

        throw Damaged();
    }

    private static FormatException Damaged() => new("the recorded windows are damaged, or were written by a newer Slipway");
}
