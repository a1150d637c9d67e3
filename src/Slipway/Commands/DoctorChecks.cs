using System.Reflection;
using Slipway.Api;
using Slipway.Serving;

namespace Slipway.Commands;

/// <summary>What <c>slipway doctor</c> looks at, in order. A check of the server is one more line in <see cref="OfServer"/>.</summary>
internal static class DoctorChecks
{
    /// <summary>Beyond this, times in the events read wrong beside one's own clock.</summary>
    private static readonly TimeSpan MostDifference = TimeSpan.FromSeconds(5);

    public static string Version { get; } = typeof(DoctorChecks).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>This machine is looked at only when the server is on it.</summary>
    public static IEnumerable<DoctorCheck> Of(Uri server) => server.IsLoopback ? [.. OfServer, MachineChecks.Processes] : OfServer;

    private static IEnumerable<DoctorCheck> OfServer =>
    [
        new("server", Reachable),
        new("token", Token),
        new("token file", TokenFile),
        new("version", SameVersion),
        new("clock", Clock),
        new("environments", Environments),
    ];

    private static DoctorFinding Reachable(DoctorSubject s) => s.Ready
        ? DoctorFinding.Well($"{s.Server} answers and is ready")
        : s.Status is not null ? DoctorFinding.Ill($"{s.Server} answers, but is not ready", "see `/readyz` and the server's log")
        : DoctorFinding.Ill($"no Slipway server is ready at {s.Server}", "start one with `slipway server`, or name another with `--server` or SLIPWAY_SERVER");

    private static DoctorFinding Token(DoctorSubject s) => s switch
    {
        { Status: not null } => DoctorFinding.Well("the server takes the API token"),
        { StatusProblem: { Exit: ExitCode.NotAuthorised } problem } => DoctorFinding.Ill(problem.Problems[0].Message, problem.Problems[0].Remedy),
        { Ready: true, StatusProblem: { } problem } => DoctorFinding.Ill(problem.Problems[0].Message, problem.Problems[0].Remedy),
        _ => DoctorFinding.Unknown("not looked at: no server answers"),
    };

    private static DoctorFinding TokenFile(DoctorSubject s)
    {
        var file = DataPaths.Token(s.Data);
        if (OperatingSystem.IsWindows() || !File.Exists(file))
            return DoctorFinding.Well($"there is none at {file}");
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        return (File.GetUnixFileMode(file) & Others) == 0
            ? DoctorFinding.Well($"only its owner can read {file}")
            : DoctorFinding.Ill($"others can read or write {file}", $"run `chmod 600 {file}`, then delete it and restart the server for a new token if others may have read it");
    }

    private static DoctorFinding SameVersion(DoctorSubject s) => s.Status switch
    {
        null => DoctorFinding.Unknown("not looked at: the server's status cannot be read"),
        { } status when status.Version == Version => DoctorFinding.Well($"client and server are {Version}"),
        { } status => DoctorFinding.Ill($"this client is {Version}, the server {status.Version}", "use the same version of both"),
    };

    private static DoctorFinding Clock(DoctorSubject s)
    {
        if (s.Status is null)
            return DoctorFinding.Unknown("not looked at: the server's status cannot be read");
        var difference = s.Status.At - s.ReadAt;
        var text = $"the server's clock is {difference.Duration().TotalSeconds:0.0} s {(difference < TimeSpan.Zero ? "behind" : "ahead of")} this machine's";
        return difference.Duration() <= MostDifference ? DoctorFinding.Well(text) : DoctorFinding.Ill(text, "set both by NTP");
    }

    private static DoctorFinding Environments(DoctorSubject s)
    {
        if (s.Status is null)
            return DoctorFinding.Unknown("not looked at: the server's status cannot be read");
        var all = s.Status.Projects.SelectMany(p => p.Environments.Select(e => (Project: p.Name, Environment: e))).ToList();
        var ill = all.Select(a => Different(a.Project, a.Environment)).OfType<string>().ToList();
        return ill.Count == 0
            ? DoctorFinding.Well($"what was observed is what is wanted, in {all.Count} environment{(all.Count == 1 ? "" : "s")}")
            : DoctorFinding.Ill(string.Join("; ", ill), "see `slipway explain`; `slipway rollback ENVIRONMENT` returns to the last good release");
    }

    /// <summary>While a deployment brings a candidate in, what serves is what must run; the candidate need not yet.</summary>
    private static string? Different(string project, EnvironmentStatus e)
    {
        var must = e.Deployment is { EndedAt: null } ? e.Serving : e.Wanted;
        if (e.Trouble is { } trouble)
            return $"{project}/{e.Name}: {trouble}";
        return must is null || e.Observed.Contains(must) ? null : $"{project}/{e.Name}: {must} is wanted, {(e.Observed.Count == 0 ? "nothing" : string.Join(", ", e.Observed))} was observed";
    }
}
