using System.Collections.Immutable;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>What the machine must have so that processes can be run on it.</summary>
internal static class Machine
{
    public const string Shell = "/bin/sh";

    /// <summary>Where setsid is, whatever PATH an instance is given; null when it is missing.</summary>
    public static string? Setsid { get; } = Executables.OnPath("setsid", $"{Environment.GetEnvironmentVariable("PATH")}:/usr/bin:/bin");

    public static ImmutableArray<string> Problems()
    {
        if (!OperatingSystem.IsLinux())
            return ["processes can be deployed on Linux only; run the server there, or in WSL"];
        var problems = ImmutableArray.CreateBuilder<string>();
        if (ProcessTable.Stat(Environment.ProcessId) is null || ProcessTable.BootId.Length == 0)
            problems.Add("/proc cannot be read, so processes cannot be recognised after a restart; mount it (`mount -t proc proc /proc`)");
        if (!Executables.IsExecutable(Shell))
            problems.Add($"{Shell} is missing, and starts every process; install a POSIX shell such as dash");
        if (Setsid is null)
            problems.Add("setsid is not on PATH, and keeps processes alive when the server ends; install util-linux");
        return problems.ToImmutable();
    }
}
