using System.Collections.Concurrent;
using System.Collections.Immutable;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Instances;

/// <summary>Which instances are ready, and where; and one gate each, so that nothing is stopped while it is being asked for.</summary>
internal sealed class InstanceBoard
{
    private readonly ConcurrentDictionary<InstanceId, ImmutableArray<string>> _ready = new();
    private readonly ConcurrentDictionary<InstanceId, SemaphoreSlim> _gates = new();

    public ImmutableArray<string> Endpoints(InstanceId id) => _ready.GetValueOrDefault(id, []);

    /// <summary>All that is ready, as of now.</summary>
    public IReadOnlyList<KeyValuePair<InstanceId, ImmutableArray<string>>> Ready => [.. _ready];

    public bool IsReady(InstanceId id) => _ready.ContainsKey(id);

    /// <summary>Notes an instance; true when that is news.</summary>
    public bool Set(InstanceId id, ImmutableArray<string> endpoints)
    {
        var before = Endpoints(id);
        _ready[id] = endpoints;
        return !before.SequenceEqual(endpoints);
    }

    public void Remove(InstanceId id) => _ready.TryRemove(id, out _);

    /// <summary>Forgets an instance unless it has been noted again since these endpoints were read.</summary>
    public void Remove(InstanceId id, ImmutableArray<string> endpoints) => _ready.TryRemove(new(id, endpoints));

    /// <summary>Runs something that starts or stops the instance, alone.</summary>
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
}
