using System.Runtime.CompilerServices;

namespace Slipway.Tests.Commands;

/// <summary>Output that is a promise. SLIPWAY_UPDATE_GOLDENS=1 writes what is, for a reviewed diff.</summary>
internal static class Golden
{
    public static void Is(string name, string actual, [CallerFilePath] string here = "")
    {
        var file = Path.Combine(Path.GetDirectoryName(here)!, "..", "Goldens", name);
        if (Environment.GetEnvironmentVariable("SLIPWAY_UPDATE_GOLDENS") == "1")
            File.WriteAllText(file, actual);
        Assert.Equal(File.ReadAllText(file), actual, ignoreLineEndingDifferences: true);
    }
}
