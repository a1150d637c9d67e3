using System.Globalization;

namespace Slipway.Tests.EndToEnd;

/// <summary>A process that a server of an installation started, by the variables it was given.</summary>
/// <param name="Instance">What it runs: <c>shop/production/1.0.0</c>.</param>
/// <param name="Leads">Whether it leads a session: the instance itself, not something that it started.</param>
internal sealed record Marked(int Pid, string Instance, bool Leads)
{
    /// <summary>Every process of an installation that is alive; what the server's own records say does not matter here.</summary>
    public static IReadOnlyList<Marked> Of(string installation) =>
        [.. from directory in Directory.EnumerateDirectories("/proc")
            let name = Path.GetFileName(directory)
            where name.All(char.IsAsciiDigit)
            let variables = Read($"{directory}/environ")
            where variables.Contains($"SLIPWAY_INSTALLATION={installation}\0", StringComparison.Ordinal)
            let instance = variables.Split('\0').FirstOrDefault(v => v.StartsWith("SLIPWAY_INSTANCE=", StringComparison.Ordinal))
            where instance is not null
            let pid = int.Parse(name, CultureInfo.InvariantCulture)
            select new Marked(pid, instance["SLIPWAY_INSTANCE=".Length..], Session(Read($"{directory}/stat")) == name)];

    /// <summary>The sixth field; the second is a name in parentheses that may hold anything.</summary>
    private static string Session(string stat) => stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(3) ?? "";

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
