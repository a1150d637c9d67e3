using System.Diagnostics;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>
/// Starts a process so that it outlives the server: in a session of its own, so that no Ctrl-C and no closed terminal reaches it, and with
/// its output going to files, so that no pipe breaks.
/// </summary>
internal static class Spawner
{
    /// <summary>
    /// Constant; everything that varies is an argument, so nothing is ever quoted. The shell and setsid replace themselves (setsid forks only
    /// when it leads a process group, which a child of this server never does), so the pid stays that of the program.
    /// </summary>
    private const string Script = """exec </dev/null >>"$1" 2>>"$2"; shift 2; exec "$@" """;

    /// <exception cref="System.ComponentModel.Win32Exception">The shell could not be started.</exception>
    public static RunningProcess Start(Launch launch, LogFiles logs, CancellationToken lifetime)
    {
        var process = Process.Start(Describe(launch, logs)) ?? throw new InvalidOperationException("a process that is not shell-executed is always new");

        // All three were redirected only so that .NET leaves the terminal alone; the script puts files in their place.
        process.StandardInput.Close();
        process.StandardOutput.Close();
        process.StandardError.Close();

        // Even if it has exited by now it is a zombie until the runtime has asked how it ended, so there is a start time nearly always.
        var identity = ProcessIdentity.Of(process.Id) ?? new ProcessIdentity(process.Id, 0, ProcessTable.BootId);
        return RunningProcess.Child(process, identity, lifetime);
    }

    private static ProcessStartInfo Describe(Launch launch, LogFiles logs)
    {
        string[] words = ["-c", Script, "slipway", logs.Output, logs.Error, Machine.Setsid ?? "setsid", launch.Program, .. launch.Arguments];
        var start = new ProcessStartInfo(Machine.Shell, words)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = launch.WorkingDirectory,
        };
        start.Environment.Clear();
        foreach (var (name, value) in launch.Variables)
            start.Environment[name] = value;
        return start;
    }
}
