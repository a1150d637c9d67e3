using System.Collections.Immutable;
using System.Threading.Channels;
using Orleans.Runtime;

namespace Slipway.Cluster.Exports;

/// <summary>
/// Sends exports to all other servers, one after the other. One that a server does not take is sent again under its number, until that server is gone or
/// the export is too old to count.
/// </summary>
internal sealed class ExportPump(Func<ImmutableArray<SiloAddress>> others, Func<SiloAddress, bool> isActive, Func<SiloAddress, long, byte[], Task> send, TimeProvider time)
{
    /// <summary>What waits, at most: the other servers are away then, and the memory is needed.</summary>
    public const long MostBytes = 64 << 20;

    /// <summary>A silent server is taken for dead long before; what is older says nothing of the present.</summary>
    private static readonly TimeSpan TooOld = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(250);

    private readonly Channel<byte[]> _waiting = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private long _bytes;

    /// <summary>False when too much waits already; nothing waits where there are no others.</summary>
    public bool Add(byte[] export)
    {
        if (others().IsEmpty)
            return true;
        if (Interlocked.Add(ref _bytes, export.Length) > MostBytes || !_waiting.Writer.TryWrite(export))
        {
            Interlocked.Add(ref _bytes, -export.Length);
            return false;
        }

        return true;
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var sequence = 1L; ; sequence++)
        {
            var (number, export) = (sequence, await _waiting.Reader.ReadAsync(cancellationToken));
            await Task.WhenAll(others().Select(other => SendAsync(other, number, export, cancellationToken)));
            Interlocked.Add(ref _bytes, -export.Length);
        }
    }

    private async Task SendAsync(SiloAddress other, long sequence, byte[] export, CancellationToken cancellationToken)
    {
        for (var begun = time.GetTimestamp(); isActive(other) && time.GetElapsedTime(begun) < TooOld;)
        {
            try
            {
                await send(other, sequence, export).WaitAsync(Patience, time, cancellationToken);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(BetweenTries, time, cancellationToken);
            }
        }
    }
}

/// <summary>Tells exports from their repeats: each server numbers what it sends, and sends one at a time.</summary>
internal sealed class ExportRepeats
{
    private readonly Dictionary<string, long> _last = new(StringComparer.Ordinal);

    public bool IsNew(string sender, long sequence)
    {
        if (_last.GetValueOrDefault(sender) >= sequence)
            return false;
        _last[sender] = sequence;
        return true;
    }
}
