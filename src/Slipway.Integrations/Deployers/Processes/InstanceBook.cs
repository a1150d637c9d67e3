using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>All instances: those on record, and those found running without one.</summary>
internal sealed partial class InstanceBook(string root, string installation, TimeProvider time, ILogger logger, CancellationToken lifetime)
{
    private readonly ConcurrentDictionary<InstanceId, InstanceGroup> _groups = new();
    private readonly Orphans _orphans = new(installation);

    public PortPool Ports { get; } = new();

    public ExitFeed Exits { get; } = new();

    public ImmutableArray<InstanceStatus> Statuses => [.. _groups.Values.Select(g => g.Status).OfType<InstanceStatus>()];

    private IEnumerable<Instance> Recorded => _groups.Values.SelectMany(g => g.Recorded);

    public InstanceGroup Of(InstanceId id) => _groups.GetOrAdd(id, _ => new InstanceGroup(id, root, Ports));

    /// <summary>Whether the process was started as this instance.</summary>
    public bool Bears(int pid, Slot slot) => _orphans.Bears(pid, slot);

    /// <summary>Reads what earlier servers left. Nothing else may run yet.</summary>
    /// <returns>What was found in the middle of a start.</returns>
    public ImmutableArray<Instance> Load()
    {
        foreach (var slot in InstanceFiles.Recorded(root))
        {
            var instance = Of(slot);
            if (instance.Files.Read() is { } record)
                Recover(instance, record);
            else
                Unreadable(logger, slot, instance.Files.Directory);
        }

        Scan();
        foreach (var instance in Recorded.Where(i => i.Record is { State: InstanceState.Intended }))
            instance.Forget();
        return [.. Recorded.Where(i => i.Record is { State: InstanceState.Starting })];
    }

    /// <summary>Takes up processes that bear our marks and have no record, and keeps logs within their bounds.</summary>
    /// <returns>What was found.</returns>
    public ImmutableArray<Instance> Scan()
    {
        var found = ImmutableArray.CreateBuilder<Instance>();
        foreach (var orphan in _orphans.Find())
        {
            var instance = Of(orphan.Slot);
            using var held = instance.Gate.TryEnter();
            if (held is not null && instance.Record is null or { State: InstanceState.Intended })
            {
                TakeUp(instance, orphan);
                found.Add(instance);
            }
        }

        foreach (var instance in Recorded)
            instance.Logs.Trim(LogFiles.MaximumBytes);
        return found.ToImmutable();
    }

    /// <summary>Takes up the processes of one version that have no record.</summary>
    public async Task TakeUpAsync(InstanceId id, CancellationToken cancellationToken)
    {
        foreach (var orphan in _orphans.Find().Where(o => o.Slot.Id == id))
        {
            var instance = Of(orphan.Slot);
            using var held = await instance.Gate.EnterAsync(cancellationToken);
            if (instance.Record is null or { State: InstanceState.Intended })
                TakeUp(instance, orphan);
        }
    }

    /// <summary>The process of an instance that was entered, taken up first when it was never recorded; null when there is none.</summary>
    public RunningProcess? Find(Instance instance)
    {
        if (instance.Live is { } live)
            return live;
        if (_orphans.Find().FirstOrDefault(o => o.Slot == instance.Slot) is not { } orphan)
            return null;
        TakeUp(instance, orphan);
        return instance.Process;
    }

    /// <summary>Notes a live process, and its exit once it comes.</summary>
    public void Attach(Instance instance, RunningProcess process)
    {
        instance.Process = process;
        if (instance.Record is { Port: { } port })
            Ports.Hold(instance.Slot, port);
        _ = FollowAsync(instance, process);
    }

    /// <summary>Notes an exit that nobody asked for.</summary>
    public void NoteExit(Instance instance, InstanceRecord record, string detail)
    {
        instance.Save(record with { State = InstanceState.Exited, Detail = detail });
        instance.Process = null;
        Ports.Release(instance.Slot);
    }

    private Instance Of(Slot slot) => Of(slot.Id).Of(slot.Number);

    /// <summary>
    /// What an earlier boot of the machine ended did not exit by itself. It is as if it had never been, and is started again by whoever
    /// wants it: no candidate is judged by a power cut.
    /// </summary>
    private void Recover(Instance instance, InstanceRecord record)
    {
        instance.Restore(record);
        if (record.Identity is { IsOfThisBoot: false })
        {
            Rebooted(logger, instance.Slot);
            instance.Forget();
            return;
        }

        if (!record.IsRunning || record.Identity is not { } identity)
            return;
        if (identity.IsAlive)
            Attach(instance, RunningProcess.Adopted(identity, time, lifetime));
        else
            NoteExit(instance, record, $"it exited while no server was running, so how is not known.{instance.Logs.Tail()}");
    }

    private void TakeUp(Instance instance, Orphan orphan)
    {
        // The intent names the recipe; without it only what the process itself shows is known.
        var intent = instance.Record is { State: InstanceState.Intended } intended ? intended : null;
        instance.Save(new InstanceRecord(instance.Slot.Id, intent?.Recipe, orphan.Port ?? intent?.Port, orphan.Identity, InstanceState.Starting));
        Found(logger, instance.Slot, orphan.Identity.Pid);
        Attach(instance, RunningProcess.Adopted(orphan.Identity, time, lifetime));
    }

    /// <summary>Whoever started or stops the instance has entered it and sees the exit first; what is left is news.</summary>
    private async Task FollowAsync(Instance instance, RunningProcess process)
    {
        try
        {
            var code = await process.Exited;
            using var held = await instance.Gate.EnterAsync(lifetime);
            if (instance.Process != process || instance.Record is not { IsRunning: true } record)
                return;
            NoteExit(instance, record, Words.Exit(code) + "." + instance.Logs.Tail());
            if (record.State is InstanceState.Ready)
                Exits.Publish(InstanceRecord.Status([instance.Record]));
        }
        catch (OperationCanceledException)
        {
            // The server is stopping; the next one finds out.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            NotNoted(logger, e, instance.Slot);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The record of {Instance} in {Directory} cannot be read; its process is looked for among those running")]
    private static partial void Unreadable(ILogger logger, Slot instance, string directory);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Instance} runs as process {Pid} without a record; it was taken up")]
    private static partial void Found(ILogger logger, Slot instance, int pid);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Instance} ended with an earlier boot of this machine")]
    private static partial void Rebooted(ILogger logger, Slot instance);

    [LoggerMessage(Level = LogLevel.Error, Message = "The exit of {Instance} could not be recorded")]
    private static partial void NotNoted(ILogger logger, Exception e, Slot instance);
}
