using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>Tells every listener of exits that nobody asked for.</summary>
internal sealed class ExitFeed
{
    private ImmutableHashSet<Channel<InstanceStatus>> _listeners = [];

    public void Publish(InstanceStatus exit)
    {
        foreach (var listener in _listeners)
            listener.Writer.TryWrite(exit);
    }

    /// <summary>From the moment of the call, not only from the first read.</summary>
    public IAsyncEnumerable<InstanceStatus> Listen(CancellationToken cancellationToken)
    {
        var channel = Channel.CreateUnbounded<InstanceStatus>();
        ImmutableInterlocked.Update(ref _listeners, set => set.Add(channel));
        return ReadAsync(channel, cancellationToken);
    }

    private async IAsyncEnumerable<InstanceStatus> ReadAsync(Channel<InstanceStatus> channel, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var exit in channel.Reader.ReadAllAsync(cancellationToken))
                yield return exit;
        }
        finally
        {
            ImmutableInterlocked.Update(ref _listeners, set => set.Remove(channel));
        }
    }
}
