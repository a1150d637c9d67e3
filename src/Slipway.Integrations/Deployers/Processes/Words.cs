namespace Slipway.Integrations.Deployers.Processes;

/// <summary>What people are told.</summary>
internal static class Words
{
    /// <summary>The runtime, like a shell, writes death by a signal as 128 and the signal's number.</summary>
    public static string Exit(int? code) => code switch
    {
        null => "exited; its exit code is not known, since an earlier server started it",
        > 128 and <= 128 + 64 => $"exited with code {code}, which usually means signal {code - 128}",
        _ => $"exited with code {code}",
    };

    public static string ExitedEarly(Slot slot, int? code, string tail) =>
        $"SLIP0705: {slot} {Exit(code)} before it was ready; mend the version, or 'deploy.process.command'.{Silence(tail)}";

    public static string WentAgain(Slot slot, string detail) =>
        $"SLIP0705: {slot} was ready and exited again, several times while others started; mend the version. {detail}";

    public static string NotReady(Slot slot, TimeSpan timeout, string last, string tail) =>
        $"SLIP0706: {slot} was not ready within {timeout.TotalSeconds:0.###} s and was stopped: {last}; "
        + $"let it listen on the port in PORT, correct 'deploy.process.health', or raise 'deploy.process.startTimeout'.{Silence(tail)}";

    /// <summary>Whether the output of a process that exited says that its port was somebody else's.</summary>
    public static bool SaysPortTaken(string tail) =>
        tail.Contains("address already in use", StringComparison.OrdinalIgnoreCase) || tail.Contains("EADDRINUSE", StringComparison.Ordinal);

    private static string Silence(string tail) => tail.Length > 0 ? tail : " It printed nothing.";
}
