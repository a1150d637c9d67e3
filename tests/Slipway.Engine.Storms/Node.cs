using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Engine.Feed;
using Slipway.Engine.Traffic;

namespace Slipway.Engine.Storms;

/// <summary>
/// One engine of a storm, in a process that can be stopped and go on later, or end without doing anything more. Between two timers or answers
/// an engine takes no time, so holding those back holds it still.
/// </summary>
internal sealed class Node : TimeProvider
{
    private readonly VirtualTime _time;
    private readonly List<Action> _held = [];
    private readonly World _world;
    private bool _frozen;

    public Node(World world, int number)
    {
        (_world, _time, Number) = (world, world.Time, number);
        Ports ports = new(world, this);
        Engine = new SlipwayEngine(ports, ports, ports, ports, new TrafficBoard(this), new EventFeed(ports, this), world.Analyses, this, NullLogger<SlipwayEngine>.Instance);
    }

    public int Number { get; }

    public SlipwayEngine Engine { get; }

    /// <summary>Whether it has read the store and acts.</summary>
    public bool Started { get; private set; }

    public bool Dead { get; private set; }

    public bool Frozen => _frozen && !Dead;

    /// <summary>Whether it can be asked something.</summary>
    public bool Serves => Started && !Dead && !_frozen;

    public override long TimestampFrequency => _time.TimestampFrequency;

    public async Task StartAsync()
    {
        try
        {
            await Engine.StartAsync(CancellationToken.None);
            Started = true;
        }
        catch (Exception e)
        {
            // As a server does whose store does not answer: it ends, and somebody starts another one.
            _world.Tell($"node {Number} could not start: {e.Message}");
            Kill();
        }
    }

    public void Freeze() => _frozen = true;

    public void Thaw()
    {
        _frozen = false;
        List<Action> held = [.. _held];
        _held.Clear();
        held.ForEach(WhenItRuns);
    }

    /// <summary>It does nothing any more: what it had asked for may still arrive, no answer reaches it, and nothing is disposed of.</summary>
    public void Kill()
    {
        Dead = true;
        _held.Clear();
    }

    /// <summary>Now; when it is frozen, once it goes on; when it is dead, never.</summary>
    public void WhenItRuns(Action action)
    {
        if (Dead)
            return;
        if (_frozen)
            _held.Add(action);
        else
            action();
    }

    public override DateTimeOffset GetUtcNow() => _time.GetUtcNow();

    public override long GetTimestamp() => _time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _time.Timer(WhenItRuns, callback, state, dueTime, period);
}
