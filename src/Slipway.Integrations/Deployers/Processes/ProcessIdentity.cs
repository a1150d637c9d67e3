using System.Text.Json.Serialization;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>
/// Which process exactly. A pid alone is used again by the kernel; with the start time and the boot it never is. Nothing is signalled
/// whose identity does not match.
/// </summary>
internal sealed record ProcessIdentity(int Pid, long StartTicks, string BootId)
{
    /// <summary>Null when no process has this pid.</summary>
    public static ProcessIdentity? Of(int pid) =>
        ProcessTable.Stat(pid) is { } stat ? new ProcessIdentity(pid, stat.StartTicks, ProcessTable.BootId) : null;

    /// <summary>The process itself, while it lives; null once it exited, even when another has its pid.</summary>
    public ProcessStat? Stat() =>
        IsOfThisBoot && ProcessTable.Stat(Pid) is { IsAlive: true } stat && stat.StartTicks == StartTicks ? stat : null;

    [JsonIgnore]
    public bool IsAlive => Stat() is not null;

    /// <summary>Whether the machine has not been started anew since.</summary>
    [JsonIgnore]
    public bool IsOfThisBoot => BootId == ProcessTable.BootId;

    /// <summary>Whether somebody else has the pid by now.</summary>
    [JsonIgnore]
    public bool IsReused => !IsOfThisBoot || (ProcessTable.Stat(Pid) is { } stat && stat.StartTicks != StartTicks);
}
