using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Traffic;

/// <summary>What the gateways counted, by environment, version and role: the last ten minutes, and taps that miss nothing from when they are made.</summary>
public sealed class TrafficBoard(TimeProvider time)
{
    private static readonly TimeSpan Slot = TimeSpan.FromSeconds(10);

    private const int Slots = 60;

    private readonly Lock _lock = new();
    private readonly Dictionary<InstanceId, List<(long Slot, SideCounts Counts)>> _history = [];
    private readonly Dictionary<ProjectId, ImmutableArray<TrafficTap>> _taps = [];
    private readonly Regions _regions = new();
    private long _newest;

    /// <summary>Adds what one gateway counted. The caller has dropped repeats.</summary>
    /// <param name="region">Where the gateway stands; null: nobody said.</param>
    public void Add(TrafficSecond second, string? region = null)
    {
        lock (_lock)
        {
            foreach (var counted in second.Sides)
            {
                var side = region is not null && _regions.Keeps(counted.Environment.Project, region, time.GetUtcNow().UtcTicks / Slot.Ticks) ? counted.In(region) : counted;
                Remember(side);
                foreach (var tap in _taps.GetValueOrDefault(side.Environment.Project, []))
                    tap.Add(side);
            }
        }
    }

    /// <summary>All of the last ten minutes for a version, in pieces of ten seconds, oldest first, each with how long ago it ended.</summary>
    public IReadOnlyList<(TimeSpan Ago, SideCounts Counts)> Pieces(InstanceId id)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow().UtcTicks / Slot.Ticks;
            return _history.TryGetValue(id, out var slots) ? [.. slots.Where(s => s.Slot > now - Slots).Select(s => ((now - s.Slot) * Slot, s.Counts))] : [];
        }
    }

    /// <summary>Requests completed a second over about the last ten seconds, and the share that failed.</summary>
    public (double PerSecond, double ErrorRate) Rate(InstanceId id)
    {
        if (Sum(id, 2) is not { } sum)
            return (0, 0);
        var into = time.GetUtcNow().UtcTicks % Slot.Ticks / (double)TimeSpan.TicksPerSecond;
        return (sum.Completed / (Slot.TotalSeconds + into), sum.Completed == 0 ? 0 : (sum.ServerErrors + sum.NoAnswer) / (double)sum.Completed);
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

    private void Remember(SideCounts side)
    {
        InstanceId id = new(side.Environment, side.Candidate, side.Role);
        var slot = time.GetUtcNow().UtcTicks / Slot.Ticks;
        if (!_history.TryGetValue(id, out var slots))
            _history[id] = slots = [];
        if (slots.Count > 0 && slots[^1].Slot == slot)
            slots[^1] = (slot, slots[^1].Counts.Then(side));
        else
            slots.Add((slot, side));
        slots.RemoveAll(s => s.Slot <= slot - Slots);
        if (slot > _newest)
            Forget((_newest = slot) - Slots);
    }

    /// <summary>A version that is gone must not be remembered for ever.</summary>
    private void Forget(long oldest)
    {
        foreach (var (id, _) in _history.Where(h => h.Value[^1].Slot <= oldest).ToList())
            _history.Remove(id);
        _regions.Forget(oldest);
    }

    private SideCounts? Sum(InstanceId id, int count)
    {
        lock (_lock)
        {
            if (!_history.TryGetValue(id, out var slots))
                return null;
            var oldest = time.GetUtcNow().UtcTicks / Slot.Ticks - count;
            return slots.Where(s => s.Slot > oldest).Select(s => s.Counts).Aggregate((SideCounts?)null, (sum, c) => sum is null ? c : sum.Then(c));
        }
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
