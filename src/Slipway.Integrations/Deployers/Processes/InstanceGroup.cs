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
    /// Those that are on record: what is ready first, then what may become so, then what exited; among those the oldest process first. An
    /// exited one has no age, and is in the order of the numbers.
    /// </summary>
    public ImmutableArray<Instance> Recorded =>
        [.. from instance in _instances.Values
            let record = instance.Record
            where record is not null
            orderby record.State is InstanceState.Ready ? 0 : record.State is InstanceState.Exited ? 2 : 1,
                record.State is InstanceState.Exited ? 0 : record.Identity?.StartTicks ?? long.MaxValue,
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
