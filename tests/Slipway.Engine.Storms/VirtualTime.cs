namespace Slipway.Engine.Storms;

/// <summary>
/// The one clock of a storm. Time stands still while anything can still be done, then jumps to what is due next: what is due at the same
/// moment comes in the order in which it was asked for.
/// </summary>
internal sealed class VirtualTime : TimeProvider
{
    private readonly PriorityQueue<(VirtualTimer Timer, long Turn), (long Due, long Turn)> _due = new();
    private long _ticks = new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero).UtcTicks;
    private long _turns;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(_ticks, TimeSpan.Zero);

    public override long GetTimestamp() => _ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => Timer(null, callback, state, dueTime, period);

    /// <param name="gate">What lets it ring: whoever's timer it is may be frozen or dead. Null: it rings when it is due.</param>
    public ITimer Timer(Action<Action>? gate, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        VirtualTimer timer = new(this, gate, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets happen what is due next; false when nothing ever is, or nothing before the end.</summary>
    public bool Next(DateTimeOffset end)
    {
        while (_due.TryPeek(out var next, out var at))
        {
            if (at.Due > end.UtcTicks)
                break;
            _due.Dequeue();
            if (next.Timer.Turn != next.Turn)
                continue;
            _ticks = Math.Max(_ticks, at.Due);
            next.Timer.Ring();
            return true;
        }

        _ticks = Math.Max(_ticks, end.UtcTicks);
        return false;
    }

    /// <summary>Lets time jump, as while a machine sleeps: what came due meanwhile is late, and comes once.</summary>
    public void Sleep(TimeSpan time) => _ticks += time.Ticks;

    private long Enter(VirtualTimer timer, TimeSpan after)
    {
        var turn = ++_turns;
        _due.Enqueue((timer, turn), (_ticks + after.Ticks, turn));
        return turn;
    }

    private sealed class VirtualTimer(VirtualTime time, Action<Action>? gate, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        /// <summary>Which of its entries counts; the others were changed or disposed of.</summary>
        public long Turn { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period;
            Turn = dueTime == Timeout.InfiniteTimeSpan ? 0 : time.Enter(this, dueTime);
            return true;
        }

        public void Ring()
        {
            Turn = _period > TimeSpan.Zero ? time.Enter(this, _period) : 0;
            if (gate is null)
                callback(state);
            else
                gate(() => callback(state));
        }

        public void Dispose() => Turn = 0;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
