using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Slipway.Core.Traffic;

namespace Slipway.Core.Analysis.Recording;

/// <summary>
/// Writes windows one behind the other as bytes, about a hundred for a second of both sides. <see cref="WindowReader"/> reads them back the same.
/// What is repeated is written once: names as numbers after their first time, times as differences, empty buckets as their count.
/// </summary>
/// <remarks>The form is kept in databases: what is written here is read by every later version. A new kind of window gets a new number.</remarks>
public sealed class WindowWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new(256);
    private readonly Dictionary<(string Project, string Environment, string Candidate, int Role), int> _versions = [];
    private readonly Dictionary<string, int> _names = [];
    private long _at;

    /// <summary>How many windows were written.</summary>
    public int Count { get; private set; }

    /// <summary>Valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public void Write(ObservedWindow window)
    {
        ArgumentNullException.ThrowIfNull(window);
        Count++;
        Number((int)Kind(window));
        Number(window.At.Ticks - _at);
        _at = window.At.Ticks;
        switch (window)
        {
            case ObservedWindow.Learned learned:
                Side(learned.Baseline);
                break;
            case ObservedWindow.Compared compared:
                Number(compared.Merged);
                Number((compared.Candidate is null ? 0 : 1) | (compared.Baseline is null ? 0 : 2) | (compared.Split is null ? 0 : 4));
                Side(compared.Candidate);
                Side(compared.Baseline);
                Split(compared.Split);
                break;
            case ObservedWindow.Measured measured:
                Text(JsonSerializer.Serialize(measured.Window, SlipwayJson.Options));
                break;
        }
    }

    private static WindowKind Kind(ObservedWindow window) => window switch
    {
        ObservedWindow.Learned => WindowKind.Learned,
        ObservedWindow.Compared => WindowKind.Compared,
        ObservedWindow.BegunAnew => WindowKind.BegunAnew,
        ObservedWindow.Cut => WindowKind.Cut,
        ObservedWindow.Measured => WindowKind.Measured,
        _ => throw new ArgumentOutOfRangeException(nameof(window), window, "There is no such window."),
    };

    private void Side(SideCounts? side)
    {
        if (side is null)
            return;
        Version(side);
        foreach (var count in (ReadOnlySpan<long>)[side.Started, side.Completed, side.ServerErrors, side.ClientErrors, side.NoAnswer, side.InFlight])
            Number(count);
        Histogram(side.Latency);
        Number((side.Shards is null ? 0 : 1) | (side.Strata.IsDefaultOrEmpty ? 0 : 2) | (side.Instances is null ? 0 : 4)
            | (side.Clients is null ? 0 : 8) | (side.Shards is { Clients.IsDefault: false } ? 16 : 0));
        Shards(side.Shards);
        if (!side.Strata.IsDefaultOrEmpty)
            Strata(side.Strata);
        Shards(side.Instances);
        Clients(side);
    }

    private void Shards(ShardCounts? shards)
    {
        if (shards is null)
            return;
        Counts(shards.Speeds);
        Counts(shards.Errors);
    }

    private void Strata(ImmutableArray<StratumCounts> strata)
    {
        Number(strata.Length);
        foreach (var stratum in strata)
        {
            Name(stratum.Name);
            Number(stratum.Completed);
            Number(stratum.ServerErrors);
            Number(stratum.NoAnswer);
            Histogram(stratum.Latency);
        }
    }

    private void Name(string name)
    {
        if (_names.TryGetValue(name, out var known))
        {
            Number(known);
            return;
        }

        Number(_names[name] = _names.Count);
        Text(name);
    }

    private void Clients(SideCounts side)
    {
        if (side.Clients is { } clients)
        {
            Number(clients.Seen);
            Number(clients.Failed);
            Number(clients.Requests);
        }

        if (side.Shards is { Clients.IsDefault: false } shards)
        {
            Counts(shards.Clients);
            Counts(shards.FailedClients);
        }
    }

    private void Split(SplitSeen? split)
    {
        if (split is not { } seen)
            return;
        Number(BitConverter.DoubleToInt64Bits(seen.Expected));
        Number(seen.Candidate);
        Number(seen.All);
    }

    private void Version(SideCounts side)
    {
        var name = (side.Environment.Project.Value ?? "", side.Environment.Name.Value ?? "", side.Candidate.Value ?? "", (int)side.Role);
        if (_versions.TryGetValue(name, out var known))
        {
            Number(known);
            return;
        }

        Number(_versions[name] = _versions.Count);
        Text(name.Item1);
        Text(name.Item2);
        Text(name.Item3);
        Number(name.Item4);
    }

    private void Histogram(LatencyHistogram histogram)
    {
        Counts(histogram.Counts);
        if (!histogram.Counts.IsDefaultOrEmpty)
            Number(histogram.Offset);
    }

    private void Counts(ImmutableArray<long> counts)
    {
        Number(counts.IsDefault ? 0 : counts.Length);
        for (var i = 0; !counts.IsDefault && i < counts.Length; i++)
        {
            Number(counts[i]);
            if (counts[i] != 0)
                continue;
            var first = i;
            while (i + 1 < counts.Length && counts[i + 1] == 0)
                i++;
            Number(i - first);
        }
    }

    private void Text(string text)
    {
        Number(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, _bytes);
    }

    /// <summary>Small numbers of either sign in one byte, seven bits a byte.</summary>
    private void Number(long number)
    {
        var left = (ulong)((number << 1) ^ (number >> 63));
        var span = _bytes.GetSpan(10);
        var length = 0;
        for (; left >= 0x80; left >>= 7)
            span[length++] = (byte)(left | 0x80);
        span[length++] = (byte)left;
        _bytes.Advance(length);
    }
}

/// <summary>Numbers of the stored form; they never change.</summary>
internal enum WindowKind
{
    Learned = 0,
    Compared = 1,
    BegunAnew = 2,
    Cut = 3,
    Measured = 4,
}
