using System.Globalization;

namespace Slipway.Core.Tests;

/// <summary>How often a property is tried. A mutation run, which plays the whole suite a thousand times, asks for fewer.</summary>
internal static class Runs
{
    private static readonly long s_divisor = long.TryParse(Environment.GetEnvironmentVariable("SLIPWAY_FEWER_RUNS"), CultureInfo.InvariantCulture, out var divisor) ? Math.Max(1, divisor) : 1;

    /// <summary><paramref name="runs"/>, or its part when <c>SLIPWAY_FEWER_RUNS</c> says by what to divide; at least ten.</summary>
    public static long Of(long runs) => Math.Max(10, runs / s_divisor);
}
