namespace Slipway.Gateway.Counting;

/// <summary>One address of a version, and how many requests are under way to it: whoever takes it out of the routes can wait for the last.</summary>
internal sealed class RoutedEndpoint(string address)
{
    private int _inFlight;

    public string Address { get; } = address;

    /// <summary>Never too low: a request is counted before it is sure that it is sent.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    public void Enter() => Interlocked.Increment(ref _inFlight);

    public void Leave() => Interlocked.Decrement(ref _inFlight);
}
