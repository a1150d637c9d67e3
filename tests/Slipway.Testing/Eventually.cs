using System.Diagnostics;

namespace Slipway.Testing;

/// <summary>Waits for what other processes do.</summary>
public static class Eventually
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(30);

    /// <summary>Returns once the condition holds; fails the test, telling what was waited for, when it does not in time.</summary>
    public static async Task IsAsync(string what, Func<Task<bool>> condition)
    {
        var begun = Stopwatch.GetTimestamp();
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < Within, $"waited {Within.TotalSeconds:0} s in vain: {what}");
            await timer.WaitForNextTickAsync();
        }
    }

    public static Task IsAsync(string what, Func<bool> condition) => IsAsync(what, () => Task.FromResult(condition()));
}
