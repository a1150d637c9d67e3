using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Core.Projects;
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
    private readonly Member? _member;
    private bool _frozen;
    private Task _changing = Task.CompletedTask;

    /// <param name="skew">How far its clock is ahead.</param>
    public Node(World world, int number, TimeSpan skew)
    {
        (_world, _time, Number, Skew) = (world, world.Time, number, skew);
        Ports ports = new(world, this);
        _member = world.Recipe.Owned ? new Member(world, this, ports) : null;
        Engine = new SlipwayEngine(ports, ports, ports, ports, new TrafficBoard(this), new EventFeed(ports, this), ports, this, NullLogger<SlipwayEngine>.Instance, _member);
    }

    public int Number { get; }

    public TimeSpan Skew { get; }

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
            if (_member is { } member)
                _ = member.BeatAsync();
        }
        catch (Exception e)
        {
            // As a server does whose store does not answer: it ends, and somebody starts another one.
            _world.Tell($"node {Number} could not start: {e.Message}");
            Kill();
        }
    }

    /// <summary>Has it act for the project, if that is still its turn once it runs; asked again, it does so still.</summary>
    public void Adopt(ProjectId project) => WhenItRuns(() =>
    {
        if (_changing.IsCompleted && !Engine.Owns(project) && _world.Cluster.Owner == this)
            _changing = ChangeAsync(() => Engine.AdoptAsync(project, CancellationToken.None));
    });

    /// <summary>Has it act no longer, once it runs.</summary>
    /// <param name="project">For what.</param>
    /// <param name="released">Called once it does not.</param>
    public void Release(ProjectId project, Action released) => WhenItRuns(() => _changing = ChangeAsync(async () =>
    {
        await Engine.ReleaseAsync(project, CancellationToken.None);
        released();
    }));

    private static async Task ChangeAsync(Func<Task> change)
    {
        await Task.Yield();
        try
        {
            await change();
        }
        catch (IOException)
        {
            // Whoever asked asks again.
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

    public override DateTimeOffset GetUtcNow() => _time.GetUtcNow() + Skew;

    public override long GetTimestamp() => _time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _time.Timer(WhenItRuns, callback, state, dueTime, period);
}
