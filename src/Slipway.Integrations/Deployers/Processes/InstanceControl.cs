using System.ComponentModel;
using Microsoft.Extensions.Logging;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>Starts, adopts and stops instances. Each method wants the instance entered.</summary>
internal sealed partial class InstanceControl(
    InstanceBook book, HealthProbe health, ProcessEnding ending, IArtifactStore artifacts, string installation, string host, ILogger logger, CancellationToken lifetime)
{
    /// <summary>A port that is free when looked at can be taken before the process listens; that often in a row is no accident.</summary>
    private const int PortTries = 3;

    private static readonly DeploySpec.Process Unknown = new() { Command = [] };

    public async Task<DeployOutcome> EnsureAsync(Instance instance, Recipe recipe, CancellationToken cancellationToken)
    {
        try
        {
            return await AdoptOrStartAsync(instance, recipe, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or Win32Exception)
        {
            await GiveUpIntentAsync(instance, cancellationToken);
            return new DeployOutcome.Failed($"SLIP0704: {instance.Slot} cannot be started: {e.Message}; check that the data directory is writable and its disk is not full");
        }
    }

    private async Task<DeployOutcome> AdoptOrStartAsync(Instance instance, Recipe recipe, CancellationToken cancellationToken)
    {
        if (instance.Record?.State is not InstanceState.Exited && book.Find(instance) is { } process)
        {
            if (recipe.IsSameAs(instance.Record?.Recipe) && await FinishAsync(instance, process, cancellationToken) is { } outcome and not Started.Exited)
                return outcome.Outcome;
        }

        await ClearAsync(instance, cancellationToken);
        if (instance.Record is { IsRunning: true } old)
            book.NoteExit(instance, old, "It was stopped, to be started otherwise.");
        return await StartAsync(instance, recipe, cancellationToken);
    }

    /// <summary>Ends it and forgets it; its logs stay.</summary>
    /// <exception cref="InvalidOperationException">The process survived being killed.</exception>
    public async Task StopAsync(Instance instance, CancellationToken cancellationToken)
    {
        await ClearAsync(instance, cancellationToken);
        if (instance.Record is null)
            return;
        instance.Forget();
        Stopped(logger, instance.Slot);
    }

    /// <summary>Ends everything that was ever started as this instance and still lives in its session or bears its marks.</summary>
    private async Task ClearAsync(Instance instance, CancellationToken cancellationToken)
    {
        if (instance.Record is { Identity: { } identity } record)
            await EndAsync(instance, identity, record.Recipe, cancellationToken);
        while (book.Find(instance) is { } stray)
            await EndAsync(instance, stray.Identity, instance.Record?.Recipe, cancellationToken);
    }

    /// <summary>Waits for a process that is starting, or looks whether one still serves.</summary>
    public async Task<Started> FinishAsync(Instance instance, RunningProcess process, CancellationToken cancellationToken)
    {
        var record = instance.Record!;
        var deploy = record.Recipe?.Deploy ?? Unknown;
        var readiness = record.Port is { } port
            ? await health.WaitAsync(process, port, deploy, cancellationToken)
            : new Readiness.TimedOut("its port is not known");
        switch (readiness)
        {
            case Readiness.Ready:
                instance.Save(record with { State = InstanceState.Ready });
                return new Started.Ready([instance.Record!.Endpoint!]);
            case Readiness.TimedOut late:
                await EndAsync(instance, process.Identity, record.Recipe, cancellationToken);
                var reason = Words.NotReady(instance.Slot, deploy.StartTimeout, late.Last, instance.Logs.Tail());
                book.NoteExit(instance, record, reason);
                return new Started.Failed(reason);
            default:
                var tail = instance.Logs.Tail();
                var early = Words.ExitedEarly(instance.Slot, ((Readiness.Exited)readiness).Code, tail);
                book.NoteExit(instance, record, early);
                return new Started.Exited(early, Words.SaysPortTaken(tail));
        }
    }

    private async Task<DeployOutcome> StartAsync(Instance instance, Recipe recipe, CancellationToken cancellationToken)
    {
        if (Machine.Problems() is [var problem, ..])
            return new DeployOutcome.Failed($"SLIP0703: {instance.Slot} cannot be started on this machine: {problem}");
        var directory = recipe.Artifact.Kind is ArtifactKind.Archive ? await artifacts.UnpackAsync(recipe.Artifact, cancellationToken) : null;
        return await StartAsync(instance, recipe, directory, cancellationToken);
    }

    private async Task<DeployOutcome> StartAsync(Instance instance, Recipe recipe, string? directory, CancellationToken cancellationToken)
    {
        var preferred = instance.Record?.Port;
        var tried = new HashSet<int>();
        while (true)
        {
            if (book.Ports.Take(instance.Slot, preferred, tried) is not { } port)
                return new DeployOutcome.Failed($"SLIP0709: {instance.Slot} cannot be started: no port from {PortPool.First} to {PortPool.Last} is free; stop what uses them");
            var (launch, problem) = Launch.Of(instance.Slot, recipe, port, host, directory, instance.Files.Directory, installation, ServerVariables.All);
            if (launch is null)
            {
                book.Ports.Release(instance.Slot);
                return new DeployOutcome.Failed(problem);
            }

            var process = Spawn(instance, recipe, port, launch);
            var started = await FinishAsync(instance, process, cancellationToken);
            tried.Add(port);
            if (started is not Started.Exited { PortTaken: true } || tried.Count == PortTries)
                return started.Outcome;
            PortTaken(logger, instance.Slot, port);
        }
    }

    /// <summary>Records the intent first: should the server die between the two, the next one knows what the process is.</summary>
    private RunningProcess Spawn(Instance instance, Recipe recipe, int port, Launch launch)
    {
        instance.Process = null;
        instance.Save(new InstanceRecord(instance.Slot.Id, recipe, port, null, InstanceState.Intended));
        instance.Logs.Rotate();
        var process = Spawner.Start(launch, instance.Logs, lifetime);
        book.Attach(instance, process);
        instance.Save(instance.Record! with { Identity = process.Identity, State = InstanceState.Starting });
        Spawned(logger, instance.Slot, process.Identity.Pid, port);
        return process;
    }

    /// <summary>An intent that could not be carried out must not look like a start that is under way; nor may a process stay that could not be recorded.</summary>
    private async Task GiveUpIntentAsync(Instance instance, CancellationToken cancellationToken)
    {
        if (instance.Record is not { State: InstanceState.Intended } record)
            return;
        if (instance.Live is { } process)
            await EndAsync(instance, process.Identity, record.Recipe, cancellationToken);
        instance.Forget();
    }

    private async Task EndAsync(Instance instance, ProcessIdentity identity, Recipe? recipe, CancellationToken cancellationToken)
    {
        var grace = (recipe?.Deploy ?? Unknown).StopGrace;
        if (await ending.EndAsync(identity, pid => book.Bears(pid, instance.Slot), grace, cancellationToken))
            Killed(logger, instance.Slot, grace.TotalSeconds);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Started {Instance} as process {Pid} on port {Port}")]
    private static partial void Spawned(ILogger logger, Slot instance, int pid, int port);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopped {Instance}")]
    private static partial void Stopped(ILogger logger, Slot instance);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Instance} did not stop within {Grace} s and was killed")]
    private static partial void Killed(ILogger logger, Slot instance, double grace);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Instance} could not have port {Port}; trying another")]
    private static partial void PortTaken(ILogger logger, Slot instance, int port);
}
