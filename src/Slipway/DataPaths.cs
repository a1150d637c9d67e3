namespace Slipway;

/// <summary>Where this machine's server keeps its data, for the server and for the commands that look for its token.</summary>
internal static class DataPaths
{
    /// <summary><c>$XDG_DATA_HOME/slipway</c>, or <c>~/.local/share/slipway</c> (on Windows the local application data).</summary>
    public static string Default(Func<string, string?> variable)
    {
        // The XDG rules say that a relative path is to be ignored.
        if (variable("XDG_DATA_HOME") is { Length: > 0 } home && Path.IsPathRooted(home))
            return Path.Combine(home, "slipway");
        return OperatingSystem.IsWindows()
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "slipway")
            : Path.Combine(variable("HOME") is { Length: > 0 } user ? user : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share", "slipway");
    }

    /// <summary>What was given with <c>--data</c>, or SLIPWAY_DATA, or the default.</summary>
    public static string Choose(string? given, Func<string, string?> variable) =>
        given is { Length: > 0 } ? given : variable("SLIPWAY_DATA") is { Length: > 0 } set ? set : Default(variable);

    public static string Token(string data) => Path.Combine(data, "token");
}
