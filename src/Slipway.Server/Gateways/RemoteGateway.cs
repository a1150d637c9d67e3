using System.Collections.Immutable;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Integrations.Routers.Gateways;

namespace Slipway.Server.Gateways;

/// <summary>A gateway process that follows this server: it fetches the table and reports counts and what it serves.</summary>
internal sealed class RemoteGateway(string name, TimeProvider time) : IGatewayLink
{
    /// <summary>A gateway reports every second; after this long without one it is taken for gone.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Forgotten = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private GatewayReport? _last;
    private long _heardAt = time.GetTimestamp();
    private bool _heard;
    private TimeSpan? _ahead;

    public string Name => name;

    public long? Serves
    {
        get
        {
            lock (_lock)
                return _last?.RoutesVersion;
        }
    }

    public string? Version
    {
        get
        {
            lock (_lock)
                return _last?.Version;
        }
    }

    public TimeSpan? ClockAhead
    {
        get
        {
            lock (_lock)
                return _ahead;
        }
    }

    public bool IsAlive
    {
        get
        {
            lock (_lock)
                return _heard && time.GetElapsedTime(_heardAt) < Silence;
        }
    }

    /// <summary>Silent for so long that it is taken out; should it come back, it is a new one.</summary>
    public bool IsForgotten
    {
        get
        {
            lock (_lock)
                return time.GetElapsedTime(_heardAt) > Forgotten;
        }
    }

    /// <summary>It fetches the table by itself.</summary>
    public void Offer(RouteTable table)
    {
    }

    public long? InFlight(InstanceId instance, ImmutableArray<string> endpoints, long sinceVersion)
    {
        lock (_lock)
        {
            return _last is { } report && report.RoutesVersion >= sinceVersion
                ? report.InFlight.Where(f => f.Environment == instance.Environment && f.Candidate == instance.Candidate && f.Role == instance.Role).Sum(f => endpoints.IsEmpty ? f.Count : f.To(endpoints))
                : null;
        }
    }

    /// <summary>It asked for the table, so it is there.</summary>
    public void Heard()
    {
        lock (_lock)
            (_heard, _heardAt) = (true, time.GetTimestamp());
    }

    /// <summary>Takes a report; false when it is a repeat, whose counts are known already.</summary>
    public bool Take(GatewayReport report)
    {
        lock (_lock)
        {
            (_heard, _heardAt) = (true, time.GetTimestamp());
            if (_last is { } last && last.Boot == report.Boot && report.Sequence <= last.Sequence)
                return false;
            _last = report with { Seconds = [] };
            _ahead = report.MadeAt - time.GetUtcNow();
            return true;
        }
    }
}
