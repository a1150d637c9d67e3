using System.Diagnostics;
using System.Globalization;

namespace Slipway.Engine.Tests;

/// <summary>
/// Engines over one store that die, freeze and come back, a network that loses answers, and people who give commands; see the project
/// Slipway.Engine.Storms, which runs by itself because a seed only means something on a pool of one thread.
/// </summary>
public class StormTests(ITestOutputHelper output)
{
    /// <summary>Five hundred; as many as SLIPWAY_STORMS says (test.sh: two thousand).</summary>
    private static readonly int Count = int.TryParse(Environment.GetEnvironmentVariable("SLIPWAY_STORMS"), CultureInfo.InvariantCulture, out var count) ? count : 500;

    [Fact]
    public async Task InEveryStormNoDecisionIsLostNoStepRepeatedAndWhatIsWantedHasTheLastWord()
    {
        var processes = Environment.ProcessorCount;
        var each = (Count + processes - 1) / processes;
        var runs = await Task.WhenAll(Enumerable.Range(0, processes).Select(p => RunAsync(1 + (p * each), each)));
        Assert.All(runs, r => Assert.True(r.Code == 0, r.Said));
    }

    /// <summary>
    /// Storms that once broke something: a request of a dead process that arrived after its deployment had ended left users on two versions for
    /// ever (5417); a deployment whose creation was saved, and whose answer was lost, was never begun (187). An engine that another one had taken
    /// the traffic from took that for a fault of the release, and rolled it back (140); one that was to act after all was refused for ever (14); one
    /// that could not read what others had stored never looked again (282). New addresses that the router did not hear of were never said again (3620).
    /// </summary>
    [Theory]
    [InlineData(5417)]
    [InlineData(187)]
    [InlineData(140)]
    [InlineData(14)]
    [InlineData(282)]
    [InlineData(3620)]
    public async Task WhatOnceBrokeInAStormHoldsNow(int seed)
    {
        var (code, said) = await RunAsync(seed, 1);
        Assert.True(code == 0, said);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(18)]
    public async Task AStormIsTheSameEachTime(int seed)
    {
        var stories = await Task.WhenAll(RunAsync(seed, 1), RunAsync(seed, 1));
        Assert.Contains("fingerprint", stories[0].Said, StringComparison.Ordinal);
        Assert.Equal(Fingerprint(stories[0].Said), Fingerprint(stories[1].Said));
    }

    private static string Fingerprint(string story) => story.Split('\n').Single(line => line.StartsWith("fingerprint", StringComparison.Ordinal));

    private async Task<(int Code, string Said)> RunAsync(int seed, int count)
    {
        using var storms = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Slipway.Engine.Storms"))
        {
            RedirectStandardOutput = true, ArgumentList = { seed.ToString(CultureInfo.InvariantCulture), count.ToString(CultureInfo.InvariantCulture) },
        })!;
        var said = await storms.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await storms.WaitForExitAsync(TestContext.Current.CancellationToken);
        output.WriteLine(count == 1 ? $"seed {seed}: {storms.ExitCode}" : said);
        return (storms.ExitCode, said);
    }
}
