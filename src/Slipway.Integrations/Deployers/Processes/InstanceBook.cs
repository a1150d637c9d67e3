using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>All instances: those on record, and those found running without one.</summary>
internal sealed partial class InstanceBook(string root, string installation, TimeProvider time, ILogger logger, CancellationToken lifetime)
{
    private readonly ConcurrentDictionary<InstanceId, Instance> _instances = new();
    private readonly Orphans _orphans = new(installation);

    public PortPool Ports { get; } = new();

    public ExitFeed Exits { get; } = new();

    public ImmutableArray<InstanceStatus> Statuses => [.. _instances.Values.Select(i => i.Record?.Status).OfType<InstanceStatus>()];

    public Instance Of(InstanceId id) => _instances.GetOrAdd(id, _ => new Instance(id, new InstanceFiles(root, id), Ports));

    /// <summary>Whether the process was started as this instance.</summary>
    public bool Bears(int pid, InstanceId id) => _orphans.Bears(pid, id);

    /// <summary>Reads what earlier servers left. Nothing else may run yet.</summary>
    /// <returns>What was found in the middle of a start.</returns>
    public ImmutableArray<Instance> Load()
    {
        foreach (var id in InstanceFiles.Recorded(root))
        {
            var instance = Of(id);
            if (instance.Files.Read() is { } record)
                Recover(instance, record);
            else
                Unreadable(logger, id, instance.Files.Directory);
        }

        Scan();
        foreach (var instance in _instances.Values.Where(i => i.Record is { State: InstanceState.Intended }))
            instance.Forget();
        return [.. _instances.Values.Where(i => i.Record is { State: InstanceState.Starting })];
    }

    /// <summary>Takes up processes that bear our marks and have no record, and keeps logs within their bounds.</summary>
    /// <returns>What was found.</returns>
    public ImmutableArray<Instance> Scan()
    {
        var found = ImmutableArray.CreateBuilder<Instance>();
        foreach (var orphan in _orphans.Find())
        {
            var instance = Of(orphan.Id);
            using var held = instance.TryEnter();
            if (held is not null && instance.Record is null or { State: InstanceState.Intended })
            {
                TakeUp(instance, orphan);
                found.Add(instance);
            }
        }

        foreach (var instance in _instances.Values.Where(i => i.Record is not null))
            instance.Logs.Trim(LogFiles.MaximumBytes);
        return found.ToImmutable();
    }

    /// <summary>The process of an instance that was entered, taken up first when it was never recorded; null when there is none.</summary>
    public RunningProcess? Find(Instance instance)
    {
        if (instance.Live is { } live)
            return live;
        if (_orphans.Find().FirstOrDefault(o => o.Id == instance.Id) is not { } orphan)
            return null;
        TakeUp(instance, orphan);
        return instance.Process;
    }

    /// <summary>Notes a live process, and its exit once it comes.</summary>
    public void Attach(Instance instance, RunningProcess process)
    {
        instance.Process = process;
        if (instance.Record is { Port: { } port })
            Ports.Hold(instance.Id, port);
        _ = FollowAsync(instance, process);
    }

    /// <summary>Notes an exit that nobody asked for.</summary>
    public void NoteExit(Instance instance, InstanceRecord record, string detail)
    {
        instance.Save(record with { State = InstanceState.Exited, Detail = detail });
        instance.Process = null;
        Ports.Release(instance.Id);
    }

    private void Recover(Instance instance, InstanceRecord record)
    {
        instance.Restore(record);
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
        instance.Save(new InstanceRecord(instance.Id, intent?.Recipe, orphan.Port ?? intent?.Port, orphan.Identity, InstanceState.Starting));
        Found(logger, instance.Id, orphan.Identity.Pid);
        Attach(instance, RunningProcess.Adopted(orphan.Identity, time, lifetime));
    }

    /// <summary>Whoever started or stops the instance has entered it and sees the exit first; what is left is news.</summary>
    private async Task FollowAsync(Instance instance, RunningProcess process)
    {
        try
        {
            var code = await process.Exited;
            using var held = await instance.EnterAsync(lifetime);
            if (instance.Process != process || instance.Record is not { IsRunning: true } record)
                return;
            NoteExit(instance, record, Words.Exit(code) + "." + instance.Logs.Tail());
            if (record.State is InstanceState.Ready)
                Exits.Publish(instance.Record.Status);
        }
        catch (OperationCanceledException)
        {
            // The server is stopping; the next one finds out.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            NotNoted(logger, e, instance.Id);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The record of {Instance} in {Directory} cannot be read; its process is looked for among those running")]
    private static partial void Unreadable(ILogger logger, InstanceId instance, string directory);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Instance} runs as process {Pid} without a record; it was taken up")]
    private static partial void Found(ILogger logger, InstanceId instance, int pid);

    [LoggerMessage(Level = LogLevel.Error, Message = "The exit of {Instance} could not be recorded")]
    private static partial void NotNoted(ILogger logger, Exception e, InstanceId instance);
}
