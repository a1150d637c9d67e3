using Slipway.Core.Traffic;
using Slipway.Gateway.Routing;

namespace Slipway.Gateway.Mirroring;

/// <summary>Says which of the requests that a stable side answers are copied, and to whom.</summary>
/// <param name="candidate">Gets the copies.</param>
/// <param name="share">Of the requests that can be copied; above 0.</param>
/// <param name="start">Any number that differs from table to table, so that tables that follow each other quickly do not all begin with the same turn.</param>
internal sealed class Mirror(RoutedSide candidate, Weight share, long start)
{
    /// <summary>
    /// 2^32 divided by the golden ratio. Its multiples (a Weyl sequence) lie so evenly that of any requests in a row the share is met to
    /// within a few, and every second or third request is spread as evenly: whoever asks in a rhythm is not always, or never, copied.
    /// </summary>
    private const uint Stride = 0x9E3779B9;

    private readonly ulong _below = ((ulong)share.Value << 32) / Weight.Whole;

    private uint _turn = unchecked((uint)start * Stride);

    public RoutedSide Candidate { get; } = candidate;

    /// <summary>Whether the request whose turn it is now is copied.</summary>
    public bool TakesNext() => Interlocked.Add(ref _turn, Stride) < _below;
}
