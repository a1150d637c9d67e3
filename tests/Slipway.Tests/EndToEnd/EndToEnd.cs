namespace Slipway.Tests.EndToEnd;

/// <summary>Tests with processes of their own run one at a time and beside nothing else: what they wait for needs the machine.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class EndToEnd
{
    public const string Name = "end to end";

    /// <summary>The executable that users run.</summary>
    public static string Slipway => Path.Combine(AppContext.BaseDirectory, "slipway");

    /// <summary>The smallest service there is.</summary>
    public static string Service => Path.Combine(AppContext.BaseDirectory, "Slipway.Testing.App");

    /// <summary>Skips a test on a machine that cannot run processes as instances.</summary>
    public static void NeedProcesses()
    {
        var missing = !Directory.Exists("/proc/self") ? "/proc is missing" : !File.Exists("/usr/bin/setsid") && !File.Exists("/bin/setsid") ? "setsid is missing: apt-get install util-linux" : null;
        if (missing is null)
            return;
        if (Environment.GetEnvironmentVariable("SLIPWAY_REQUIRE_REAL") == "1")
            Assert.Fail(missing);
        Assert.Skip(missing);
    }
}
