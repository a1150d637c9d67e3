using System.Collections.Immutable;
using System.Reflection;
using System.Threading.Channels;
using Slipway.Core.Traffic;
using Slipway.Gateway.Counting;

namespace Slipway.Gateway.Agent;

/// <summary>
/// Seconds that wait to be reported. A report, once made, stays as it is until it is acknowledged; what comes meanwhile goes into the
/// next. Ten minutes are kept, then the oldest are dropped.
/// </summary>
/// <param name="time">The gateway's clock.</param>
/// <param name="region">Where the gateway stands; null: nobody said.</param>
internal sealed class ReportQueue(string gateway, string boot, TimeProvider time, string? region = null) : ITrafficListener
{
    private static readonly string? Build = typeof(ReportQueue).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;

    /// <summary>Ten minutes.</summary>
    public const int KeptSeconds = 600;

    /// <summary>A report's bound: ten minutes are caught up in ten reports.</summary>
    public const int SecondsPerReport = 60;

    /// <summary>Null: a report is wanted now, whether or not there is a second to report.</summary>
    private readonly Channel<TrafficSecond?> _seconds = Channel.CreateBounded<TrafficSecond?>(
        new BoundedChannelOptions(KeptSeconds) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private long _sequence;

    public void OnSecond(TrafficSecond second) => _seconds.Writer.TryWrite(second);

    /// <summary>What is served has changed: whoever waits for that need not wait for the end of the second. Where seconds wait already, their report says it.</summary>
    public void OnRoutes()
    {
        if (_seconds.Reader.Count == 0)
            _seconds.Writer.TryWrite(null);
    }

    /// <summary>The next report, as soon as there is a second or new routes to report.</summary>
    public async Task<GatewayReport> NextAsync(RouteVersionAndFlight now, CancellationToken cancellation)
    {
        await _seconds.Reader.WaitToReadAsync(cancellation);
        var seconds = ImmutableArray.CreateBuilder<TrafficSecond>();
        while (seconds.Count < SecondsPerReport && _seconds.Reader.TryRead(out var second))
        {
            if (second is not null)
                seconds.Add(second);
        }

        var (version, flight) = now();
        return new(gateway, boot, ++_sequence, version, seconds.ToImmutable(), flight) { Region = region, Version = Build, MadeAt = time.GetUtcNow() };
    }
}

/// <summary>Reads the version served and what is under way, at the moment when a report is made.</summary>
internal delegate (long Version, ImmutableArray<SideInFlight> InFlight) RouteVersionAndFlight();
