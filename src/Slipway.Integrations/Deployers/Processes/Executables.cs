namespace Slipway.Integrations.Deployers.Processes;

/// <summary>Finds the program of a command.</summary>
internal static class Executables
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>An absolute path; or why there is none, in words for people.</summary>
    public static (string? Path, string Problem) Find(string program, string? artifactDirectory, string searchPath)
    {
        if (Path.IsPathRooted(program))
            return Judge(program, program, "there");
        var inArtifact = artifactDirectory is null ? null : Path.GetFullPath(Path.Combine(artifactDirectory, program));
        if (inArtifact is not null && File.Exists(inArtifact))
            return Judge(program, inArtifact, "");
        if (!program.Contains('/', StringComparison.Ordinal) && OnPath(program, searchPath) is { } onPath)
            return (onPath, "");
        var places = new List<string>();
        if (artifactDirectory is not null)
            places.Add($"the artifact ({artifactDirectory})");
        if (!program.Contains('/', StringComparison.Ordinal))
            places.Add($"PATH ({searchPath})");
        return (null, Missing(program, places.Count > 0 ? string.Join(" and ", places) : "nothing: the artifact is a reference and has no files"));
    }

    /// <summary>The first executable of this name, as a shell would find it.</summary>
    public static string? OnPath(string name, string searchPath) =>
        searchPath.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathRooted)
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(IsExecutable);

    public static bool IsExecutable(string path) =>
        !OperatingSystem.IsWindows() && File.Exists(path) && (File.GetUnixFileMode(path) & AnyExecute) != 0;

    private static (string? Path, string Problem) Judge(string program, string path, string place)
    {
        if (!File.Exists(path))
            return (null, Missing(program, place));
        return IsExecutable(path)
            ? (path, "")
            : (null, $"SLIP0702: deploy.process.command: '{program}' is not executable ({path}); set its x bit before packing the artifact (`chmod +x`), or name the interpreter first, such as `[sh, {program}]`");
    }

    private static string Missing(string program, string places) =>
        $"SLIP0701: deploy.process.command: the program '{program}' was not found; looked in {places}. Put it into the artifact, install it on this machine, or correct the command";
}
