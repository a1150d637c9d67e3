namespace Slipway.Simulation;

/// <summary>What will happen, in the order of its time; what was noted first comes first.</summary>
internal sealed class Agenda
{
    private readonly PriorityQueue<Action, (DateTimeOffset At, long Number)> _queue = new();
    private long _count;

    public DateTimeOffset? Next => _queue.TryPeek(out _, out var when) ? when.At : null;

    public void Add(DateTimeOffset at, Action action) => _queue.Enqueue(action, (at, _count++));

    public Action Take() => _queue.Dequeue();
}
