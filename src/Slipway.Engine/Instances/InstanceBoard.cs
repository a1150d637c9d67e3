using System.Collections.Concurrent;
using System.Collections.Immutable;
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
    private readonly ConcurrentDictionary<InstanceId, SemaphoreSlim> _gates = new();
    private long _changes;

    /// <summary>How often somebody who asked the deployer for something noted what came of it. See <see cref="Note"/>.</summary>
    public long Changes
    {
        get
        {
            lock (_lock)
                return _changes;
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

    /// <summary>Where users may be sent: what is ready and not about to go, the oldest first.</summary>
    public ImmutableArray<string> Endpoints(InstanceId id)
    {
        lock (_lock)
            return Of(id) is { Leaving.IsEmpty: false } entry ? entry.Ready.RemoveRange(entry.Leaving) : Of(id).Ready;
    }

    public bool IsReady(InstanceId id) => !Endpoints(id).IsEmpty;

    /// <summary>How many are ready, with those that are about to go.</summary>
    public int Count(InstanceId id)
    {
        lock (_lock)
            return Of(id).Ready.Length;
    }

    /// <summary>Notes what somebody had of the deployer who was alone with the version: nothing is about to go any more. True when other endpoints may be used now.</summary>
    public bool Set(InstanceId id, ImmutableArray<string> endpoints)
    {
        lock (_lock)
        {
            var before = Endpoints(id);
            _entries[id] = new Entry(endpoints, [], ++_changes);
            return !before.SequenceEqual(endpoints);
        }
    }

    /// <summary>Notes what a list says that was asked for when there had been so many changes. Ignored when something changed since: the list may be older.</summary>
    public void Note(InstanceId id, ImmutableArray<string> endpoints, long asOf)
    {
        lock (_lock)
        {
            var entry = Of(id);
            if (entry.ChangedAt > asOf)
                return;
            if (endpoints.IsEmpty && entry.Leaving.IsEmpty)
                _entries.Remove(id);
            else
                _entries[id] = entry with { Ready = endpoints };
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

    /// <summary>Whether somebody is starting or stopping instances of the version now.</summary>
    public bool IsBusy(InstanceId id) => _gates.TryGetValue(id, out var gate) && gate.CurrentCount == 0;

    /// <summary>Runs something that starts or stops instances of the version, alone.</summary>
    public async Task<T> AloneAsync<T>(InstanceId id, Func<Task<T>> action, CancellationToken cancellationToken)
    {
        var gate = _gates.GetOrAdd(id, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            return await action();
        }
        finally
        {
            gate.Release();
        }
    }

    private Entry Of(InstanceId id) => _entries.GetValueOrDefault(id, Entry.None);

    private sealed record Entry(ImmutableArray<string> Ready, ImmutableArray<string> Leaving, long ChangedAt)
    {
        public static Entry None { get; } = new([], [], 0);
    }
}
