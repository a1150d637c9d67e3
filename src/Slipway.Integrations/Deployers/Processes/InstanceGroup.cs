using System.Collections.Concurrent;
using System.Collections.Immutable;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>All instances of one version and role, by number. How many there are is changed by one at a time, who has entered the group.</summary>
internal sealed class InstanceGroup(InstanceId id, string root, PortPool ports)
{
    private readonly ConcurrentDictionary<int, Instance> _instances = new();

    public InstanceId Id => id;

    public Gate Gate { get; } = new();

    /// <summary>The change that is under way.</summary>
    public Interruption Changing { get; } = new();

    /// <summary>How many instances the change under way is to end with.</summary>
    public int Wanted { get; set; }

    /// <summary>
    /// Those that are on record: first what is ready, in the order in which it became so, or for an earlier server's in the order of the
    /// starts; then what may become so, in the order of the starts; then what exited, in the order of the numbers.
    /// </summary>
    public ImmutableArray<Instance> Recorded =>
        [.. from instance in _instances.Values
            let record = instance.Record
            where record is not null
            let isReady = record.State is InstanceState.Ready
            let hasExited = record.State is InstanceState.Exited
            orderby isReady ? 0 : hasExited ? 2 : 1, isReady ? instance.Turn : 0, hasExited ? 0 : record.Identity?.StartTicks ?? long.MaxValue,
                instance.Slot.Number
            select instance];

    /// <summary>Null when none is on record.</summary>
    public InstanceStatus? Status => Recorded.Select(i => i.Record).OfType<InstanceRecord>().ToList() is { Count: > 0 } records ? InstanceRecord.Status(records) : null;

    public Instance Of(int number) => _instances.GetOrAdd(number, n => new Instance(new Slot(id, n), new InstanceFiles(root, new Slot(id, n)), ports));

    /// <summary>The instances of the smallest numbers that are not on record.</summary>
    public IEnumerable<Instance> Free => Enumerable.Range(1, int.MaxValue).Select(Of).Where(i => i.Record is null);

    public void Interrupt()
    {
        Changing.Interrupt();
        foreach (var instance in _instances.Values)
            instance.Resuming.Interrupt();
    }
}
