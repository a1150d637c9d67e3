using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Instances;

/// <summary>
/// Which instances are ready, and where; which of them are about to go; and one gate for each version, so that nothing is stopped while it is
/// being asked for.
/// </summary>
internal sealed class InstanceBoard
{
    private readonly Lock _lock = new();
    private readonly Dictionary<InstanceId, Entry> _entries = [];
    private readonly Dictionary<InstanceId, Gate> _gates = [];
    private long _changes;
    private long _swept;

    /// <summary>How often somebody who asked the deployer for something noted what came of it. See <see cref="Note"/>.</summary>
    public long Changes
    {
        get
        {
            lock (_lock)
                return _changes;
        }
    }

    /// <summary>Of how many versions anything is remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Keys.Union(_gates.Keys).Count();
        }
    }

    /// <summary>All versions that have a ready instance.</summary>
    public ImmutableArray<InstanceId> Ready
    {
        get
        {
            lock (_lock)
                return [.. _entries.Where(e => !e.Value.Ready.IsEmpty).Select(e => e.Key)];
        }
    }

    /// <summary>Where users may be sent: what is ready and not about to go, first what has been so for longest.</summary>
    public ImmutableArray<string> Endpoints(InstanceId id)
    {
        lock (_lock)
            return Of(id) is { Leaving.IsEmpty: false } entry ? entry.Ready.RemoveRange(entry.Leaving) : Of(id).Ready;
    }

    public bool IsReady(InstanceId id) => !Endpoints(id).IsEmpty;

    /// <summary>Notes what somebody had of the deployer who was alone with the version: nothing is about to go any more. True when other endpoints may be used now.</summary>
    public bool Set(InstanceId id, ImmutableArray<string> endpoints)
    {
        lock (_lock)
        {
            var before = Endpoints(id);
            _entries[id] = Of(id) with { Ready = endpoints, Leaving = [], ChangedAt = ++_changes };
            return !before.SequenceEqual(endpoints);
        }
    }

    /// <summary>
    /// Notes what a list says that was asked for when there had been so many changes. Ignored when something changed since: the list may be
    /// older. While somebody asks for so many, no more than that are taken note of: the others may be about to be stopped.
    /// </summary>
    public void Note(InstanceId id, ImmutableArray<string> endpoints, long asOf)
    {
        lock (_lock)
        {
            Sweep(asOf);
            var entry = Of(id);
            if (entry.ChangedAt > asOf)
                return;
            if (endpoints.IsEmpty && entry is { Leaving.IsEmpty: true, AtMost: int.MaxValue })
                _entries.Remove(id);
            else
                _entries[id] = entry with { Ready = entry.Admit(endpoints) };
        }
    }

    /// <summary>Nobody is to be sent to these endpoints any more.</summary>
    public void Leave(InstanceId id, ImmutableArray<string> endpoints)
    {
        lock (_lock)
            _entries[id] = Of(id) with { Leaving = endpoints, ChangedAt = ++_changes };
    }

    /// <summary>Whether they are still about to go: nobody asked for them meanwhile.</summary>
    public bool AreLeaving(InstanceId id, ImmutableArray<string> endpoints)
    {
        lock (_lock)
            return Of(id).Leaving.SequenceEqual(endpoints);
    }

    /// <summary>Nothing of the version is about to go.</summary>
    public void Stay(InstanceId id)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(id, out var entry) && !entry.Leaving.IsEmpty)
                _entries[id] = entry with { Leaving = [], ChangedAt = ++_changes };
        }
    }

    /// <summary>What is known of a project's instances is no longer kept up to date here.</summary>
    public void Forget(ProjectId project)
    {
        lock (_lock)
        {
            foreach (var id in _entries.Keys.Where(id => id.Environment.Project == project).ToList())
                _entries.Remove(id);
        }
    }

    /// <summary>Whether somebody is starting or stopping instances of the version now.</summary>
    public bool IsBusy(InstanceId id)
    {
        lock (_lock)
            return _gates.TryGetValue(id, out var gate) && gate.Turn.CurrentCount == 0;
    }

    /// <summary>Asks for instances of the version, alone.</summary>
    /// <param name="count">How many there are to be, given how many are ready, those that are about to go among them.</param>
    /// <param name="action">Asks for so many.</param>
    public async Task<T> AloneAsync<T>(InstanceId id, Func<int, int> count, Func<int, Task<T>> action, CancellationToken cancellationToken)
    {
        var gate = Enter(id);
        try
        {
            await gate.Turn.WaitAsync(cancellationToken);
            try
            {
                return await action(Limit(id, count));
            }
            finally
            {
                Limit(id, _ => int.MaxValue);
                gate.Turn.Release();
            }
        }
        finally
        {
            Leave(id, gate);
        }
    }

    private Gate Enter(InstanceId id)
    {
        lock (_lock)
        {
            if (!_gates.TryGetValue(id, out var gate))
                _gates[id] = gate = new Gate();
            gate.Users++;
            return gate;
        }
    }

    /// <summary>A gate that nobody stands at is forgotten: versions come and go for ever.</summary>
    private void Leave(InstanceId id, Gate gate)
    {
        lock (_lock)
        {
            if (--gate.Users == 0)
                _gates.Remove(id);
        }
    }

    /// <summary>Forgets what is gone, once no list can come any more that was asked for before it went.</summary>
    private void Sweep(long asOf)
    {
        if (asOf == _swept)
            return;
        _swept = asOf;
        foreach (var (id, _) in _entries.Where(e => e.Value is { Ready.IsEmpty: true, Leaving.IsEmpty: true, AtMost: int.MaxValue } && e.Value.ChangedAt <= asOf).ToList())
            _entries.Remove(id);
    }

    private int Limit(InstanceId id, Func<int, int> count)
    {
        lock (_lock)
        {
            var entry = Of(id);
            _entries[id] = entry with { AtMost = count(entry.Ready.Length) };
            return _entries[id].AtMost;
        }
    }

    private Entry Of(InstanceId id) => _entries.GetValueOrDefault(id, Entry.None);

    private sealed class Gate
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed record Entry(ImmutableArray<string> Ready, ImmutableArray<string> Leaving, long ChangedAt)
    {
        public static Entry None { get; } = new([], [], 0);

        /// <summary>How many may be noted.</summary>
        public int AtMost { get; init; } = int.MaxValue;

        /// <summary>Those known already, and as many of the others as there is room for.</summary>
        public ImmutableArray<string> Admit(ImmutableArray<string> listed)
        {
            var room = Math.Max(0, AtMost - listed.Count(Ready.Contains));
            return [.. listed.Where(e => Ready.Contains(e) || room-- > 0)];
        }
    }
}
