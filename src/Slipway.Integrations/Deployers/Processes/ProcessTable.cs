using System.Globalization;
using System.Text;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>One line of the kernel's process table.</summary>
/// <param name="StartTicks">Clock ticks between boot and the start; never changes in a process's life, not even by exec.</param>
internal readonly record struct ProcessStat(int Pid, char State, int Group, int Session, long StartTicks)
{
    /// <summary>False for a zombie: it has exited, and only waits for its parent to ask how.</summary>
    public bool IsAlive => State is not ('Z' or 'X' or 'x');
}

/// <summary>Reads <c>/proc</c>. A process may vanish between any two reads, so everything may be null.</summary>
internal static class ProcessTable
{
    /// <summary>Changes with every boot of the machine.</summary>
    public static string BootId { get; } = Read("/proc/sys/kernel/random/boot_id")?.Trim() ?? "";

    public static ProcessStat? Stat(int pid) => Read($"/proc/{pid}/stat") is { } line ? Parse(pid, line) : null;

    /// <summary>The variables the process was started with; null when it is gone, or belongs to someone else.</summary>
    public static Dictionary<string, string>? Variables(int pid)
    {
        if (Read($"/proc/{pid}/environ") is not { Length: > 0 } text)
            return null;
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in text.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
                variables.TryAdd(entry[..equals], entry[(equals + 1)..]);
        }

        return variables;
    }

    /// <summary>Every process that can be seen, zombies included.</summary>
    public static IEnumerable<ProcessStat> All()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && Stat(pid) is { } stat)
                yield return stat;
        }
    }

    /// <summary>The second field is the program's name in parentheses, and may itself hold spaces and parentheses.</summary>
    internal static ProcessStat? Parse(int pid, string line)
    {
        var end = line.LastIndexOf(')');
        if (end < 0)
            return null;
        var fields = line[(end + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 19
            ? new ProcessStat(pid, fields[0][0], Number(fields[2]), Number(fields[3]), long.Parse(fields[19], CultureInfo.InvariantCulture))
            : null;
    }

    private static int Number(string field) => int.Parse(field, CultureInfo.InvariantCulture);

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path, Encoding.UTF8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
