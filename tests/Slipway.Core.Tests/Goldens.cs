using System.Runtime.CompilerServices;

namespace Slipway.Core.Tests;

/// <summary>What is stored on disks and in databases, line by line, as it always was.</summary>
internal static class Goldens
{
    public static string PathOf(string name) => Path.Combine(Path.GetDirectoryName(Here())!, "Goldens", name);

    /// <summary>Set UPDATE_GOLDENS=1 to write what is there now, then review the diff.</summary>
    public static void Same(string name, IEnumerable<string> lines)
    {
        var path = PathOf(name);
        if (System.Environment.GetEnvironmentVariable("UPDATE_GOLDENS") == "1")
            File.WriteAllLines(path, lines);
        Assert.Equal(File.ReadAllLines(path), lines);
    }

    private static string Here([CallerFilePath] string here = "") => here;
}
