using Slipway.Core.Traffic;

namespace Slipway.Gateway.Counting;

/// <summary>
/// One address of a version, and how many requests are under way to it: whoever takes it out of the routes can wait for the last. Counts how
/// they ended, too, so that the version's instances can be compared with each other.
/// </summary>
internal sealed class RoutedEndpoint(string address)
{
    private readonly uint[] _ended = new uint[ShardCounts.Steps + 1];
    private readonly uint[] _reported = new uint[ShardCounts.Steps + 1];
    private readonly int _shard = ShardCounts.OfInstance(address);
    private int _inFlight;

    public string Address { get; } = address;

    /// <summary>Never too low: a request is counted before it is sure that it is sent.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    public void Enter() => Interlocked.Increment(ref _inFlight);

    /// <summary>Takes back an <see cref="Enter"/> that was not sent after all.</summary>
    public void Withdraw() => Interlocked.Decrement(ref _inFlight);

    /// <param name="ending">How the request ended.</param>
    /// <param name="status">Only looked at when it was answered.</param>
    /// <param name="seconds">From the gateway's receipt to the end of the answer.</param>
    public void Leave(Ending ending, int status, double seconds)
    {
        if (ending != Ending.Abandoned)
        {
            Interlocked.Increment(ref _ended[ending.Speed(LatencyHistogram.IndexOf(seconds))]);
            if (ending.IsError(status))
                Interlocked.Increment(ref _ended[ShardCounts.Steps]);
        }

        Interlocked.Decrement(ref _inFlight);
    }

    /// <summary>Adds what ended since the last call. One caller at a time.</summary>
    public void Close(Span<long> speeds, Span<long> errors)
    {
        for (var cell = 0; cell <= ShardCounts.Steps; cell++)
        {
            var total = Volatile.Read(ref _ended[cell]);
            ref var to = ref cell < ShardCounts.Steps ? ref speeds[(_shard * ShardCounts.Steps) + cell] : ref errors[_shard];
            to += total - _reported[cell];
            _reported[cell] = total;
        }
    }
}
