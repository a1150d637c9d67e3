using System.Runtime.InteropServices;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>Sends signals. Callers have checked the identity just before.</summary>
internal static partial class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>False when there is no such process.</summary>
    public static bool Send(int pid, int signal) => pid > 1 && SendSignal(pid, signal) == 0;

    /// <summary>False when there is no such group.</summary>
    public static bool SendToGroup(int group, int signal) => group > 1 && SendSignal(-group, signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int pid, int signal);
}
