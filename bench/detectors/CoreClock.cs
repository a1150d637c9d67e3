using Perfolizer.Horology;
using Perfolizer.Metrology;

namespace Slipway.Bench.Detectors;

/// <summary>The time that a core has spent on this process: the same whatever else the machine does.</summary>
internal sealed class CoreClock : IClock
{
    public string Title => "core time";

    public bool IsAvailable => true;

    public Frequency Frequency => new(TimeSpan.TicksPerSecond);

    public long GetTimestamp() => Environment.CpuUsage.TotalTime.Ticks;
}
