using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using Orleans.Runtime;

namespace Slipway.Cluster.Exports;

/// <summary>Sends exports to all other servers, to each in their order. One that does not take them holds up none of the others.</summary>
internal sealed class ExportPump(Func<ImmutableArray<SiloAddress>> others, Func<SiloAddress, bool> isActive, Func<SiloAddress, long, byte[], Task> send, TimeProvider time)
{
    private readonly ConcurrentDictionary<SiloAddress, ExportLine> _lines = new();
    private readonly Channel<ExportLine> _new = Channel.CreateUnbounded<ExportLine>(new UnboundedChannelOptions { SingleReader = true });
    private long _numbers;

    /// <summary>False when too much waits already for one of them; nothing waits where there are no others.</summary>
    public bool Add(byte[] export)
    {
        var to = others();
        foreach (var gone in _lines.Keys.Except(to))
            End(gone);
        var all = true;
        foreach (var other in to)
            all &= LineTo(other).Add(export);
        return all;
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        List<Task> running = [];
        try
        {
            await foreach (var line in _new.Reader.ReadAllAsync(cancellationToken))
            {
                running.RemoveAll(r => r.IsCompleted);
                running.Add(line.RunAsync(cancellationToken));
            }
        }
        finally
        {
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private ExportLine LineTo(SiloAddress other)
    {
        if (_lines.TryGetValue(other, out var line))
            return line;
        ExportLine made = new(() => isActive(other), () => Interlocked.Increment(ref _numbers), (number, export) => send(other, number, export), time);
        line = _lines.GetOrAdd(other, made);
        if (ReferenceEquals(line, made))
            _new.Writer.TryWrite(made);
        return line;
    }

    private void End(SiloAddress gone)
    {
        if (_lines.TryRemove(gone, out var line))
            line.End();
    }
}
