using System.Threading.Channels;

namespace Slipway.Cluster.Exports;

/// <summary>What one other server is to be sent: one export at a time, again under its number until the server takes it, is gone, or the export is too old to count.</summary>
/// <param name="isActive">Whether the server is not known to be gone.</param>
/// <param name="number">The next number, above all before it.</param>
internal sealed class ExportLine(Func<bool> isActive, Func<long> number, Func<long, byte[], Task> send, TimeProvider time)
{
    /// <summary>What waits, at most: the server does not take it then, and the memory is needed.</summary>
    public const long MostBytes = 64 << 20;

    /// <summary>Since the app exported it. A silent server is taken for dead long before; what arrives later is taken for a fault of the clocks there.</summary>
    private static readonly TimeSpan TooOld = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(250);

    private readonly Channel<(byte[] Export, long At)> _waiting = Channel.CreateUnbounded<(byte[], long)>(new UnboundedChannelOptions { SingleReader = true });
    private long _bytes;

    /// <summary>False when too much waits already.</summary>
    public bool Add(byte[] export)
    {
        if (Interlocked.Add(ref _bytes, export.Length) <= MostBytes)
        {
            _waiting.Writer.TryWrite((export, time.GetTimestamp()));
            return true;
        }

        Interlocked.Add(ref _bytes, -export.Length);
        return false;
    }

    /// <summary>Nothing more is to be sent: the server is gone.</summary>
    public void End() => _waiting.Writer.TryComplete();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var (export, at) in _waiting.Reader.ReadAllAsync(cancellationToken))
        {
            await SendAsync(number(), export, at, cancellationToken);
            Interlocked.Add(ref _bytes, -export.Length);
        }
    }

    private async Task SendAsync(long sequence, byte[] export, long at, CancellationToken cancellationToken)
    {
        while (isActive() && time.GetElapsedTime(at) < TooOld)
        {
            try
            {
                await send(sequence, export).WaitAsync(Patience, time, cancellationToken);
                return;
            }
            catch (Exception) when (!cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(BetweenTries, time, cancellationToken);
            }
        }
    }
}
