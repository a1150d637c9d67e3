using Slipway.Core.Traffic;

namespace Slipway.Gateway.Counting;

/// <summary>Is told each second's counts.</summary>
public interface ITrafficListener
{
    /// <summary>Called once a second, in order, also for a second without traffic. Must return at once and not throw.</summary>
    void OnSecond(TrafficSecond second);
}
