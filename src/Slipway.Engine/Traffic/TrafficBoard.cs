using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Traffic;

/// <summary>What the gateways counted, by environment, version and role: a history of each, and taps that miss nothing from when they are made.</summary>
public sealed class TrafficBoard(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<InstanceId, TrafficHistory> _history = [];
    private readonly Dictionary<ProjectId, ImmutableArray<TrafficTap>> _taps = [];
    private readonly Regions _regions = new();
    private DateTimeOffset _tidied;

    /// <summary>Adds what one gateway counted. The caller has dropped repeats.</summary>
    /// <param name="region">Where the gateway stands; null: nobody said.</param>
    public void Add(TrafficSecond second, string? region = null)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            foreach (var counted in second.Sides)
            {
                var side = region is not null && _regions.Keeps(counted.Environment.Project, region, now) ? counted.In(region) : counted;
                Remember(side, now);
                foreach (var tap in _taps.GetValueOrDefault(side.Environment.Project, []))
                    tap.Add(side);
            }
        }
    }

    /// <summary>What a version did in the last hour, as <see cref="TrafficHistory.Pieces"/> tells it.</summary>
    public IReadOnlyList<(TimeSpan Ago, SideCounts Counts)> Pieces(InstanceId id)
    {
        IEnumerable<(TimeSpan Ago, SideCounts Counts)> pieces;
        lock (_lock)
            pieces = _history.TryGetValue(id, out var history) ? history.Pieces(time.GetUtcNow()) : [];
        return [.. pieces];
    }

    /// <summary>Requests completed a second over about the last ten seconds, and the share that failed.</summary>
    public (double PerSecond, double ErrorRate) Rate(InstanceId id)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (!_history.TryGetValue(id, out var history) || history.Newest(now) is not { } sum)
                return (0, 0);
            return (sum.Completed / (TrafficHistory.Slot + history.Into(now)).TotalSeconds, sum.Completed == 0 ? 0 : (sum.ServerErrors + sum.NoAnswer) / (double)sum.Completed);
        }
    }

    /// <summary>What a project's environments do from now on. By project, so that many rollouts of others cost nothing.</summary>
    internal TrafficTap Tap(ProjectId project)
    {
        lock (_lock)
        {
            TrafficTap tap = new(this, project);
            _taps[project] = _taps.GetValueOrDefault(project, []).Add(tap);
            return tap;
        }
    }

    internal void Remove(TrafficTap tap)
    {
        lock (_lock)
        {
            if (_taps.GetValueOrDefault(tap.Project, []).Remove(tap) is { IsEmpty: false } left)
                _taps[tap.Project] = left;
            else
                _taps.Remove(tap.Project);
        }
    }

    private void Remember(SideCounts side, DateTimeOffset now)
    {
        InstanceId id = new(side.Environment, side.Candidate, side.Role);
        if (!_history.TryGetValue(id, out var history))
            _history[id] = history = new TrafficHistory(id.ToString());
        history.Add(now, side);
        if (now - _tidied >= TrafficHistory.Slot)
            Forget(now);
    }

    /// <summary>A version that is gone must not be remembered for ever.</summary>
    private void Forget(DateTimeOffset now)
    {
        _tidied = now;
        foreach (var (id, _) in _history.Where(h => h.Value.IsOver(now)).ToList())
            _history.Remove(id);
        _regions.Forget(now);
    }
}

/// <summary>Counts since it was last asked, by version.</summary>
internal sealed class TrafficTap(TrafficBoard board, ProjectId project) : IDisposable
{
    private readonly Lock _lock = new();
    private Dictionary<InstanceId, SideCounts> _counts = [];

    public ProjectId Project => project;

    public void Add(SideCounts side)
    {
        lock (_lock)
        {
            InstanceId id = new(side.Environment, side.Candidate, side.Role);
            _counts[id] = _counts.TryGetValue(id, out var earlier) ? earlier.Then(side) : side;
        }
    }

    public IReadOnlyDictionary<InstanceId, SideCounts> Take()
    {
        lock (_lock)
        {
            var taken = _counts;
            _counts = [];
            return taken;
        }
    }

    public void Dispose() => board.Remove(this);
}
