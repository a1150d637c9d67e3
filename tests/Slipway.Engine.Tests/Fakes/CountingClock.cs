using Microsoft.Extensions.Time.Testing;

namespace Slipway.Engine.Tests.Fakes;

/// <summary>A clock that moves when the test says so, and counts who waits for it.</summary>
internal sealed class CountingClock() : FakeTimeProvider(new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero))
{
    private int _timers;

    public int Timers => Volatile.Read(ref _timers);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        Interlocked.Increment(ref _timers);
        return timer;
    }
}
