using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Slipway.Core.Projects;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>
/// Runs candidates as processes on this machine (Linux). They live in sessions of their own and outlive the server; what was started is
/// kept under <c>instances/</c> of the data directory, so that the next server takes it up. Everything may be asked twice, and at once.
/// </summary>
public sealed partial class ProcessDeployer : IDeployer, IDisposable
{
    private static readonly TimeSpan ScanEvery = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _lifetime = new();
    private readonly SemaphoreSlim _loading = new(1, 1);
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HealthProbe _health;
    private readonly InstanceBook _book;
    private readonly InstanceControl _control;
    private readonly GroupControl _groups;
    private bool _loaded;
    private long _scanned;

    /// <param name="dataDirectory">Where the server keeps everything; one server at a time.</param>
    /// <param name="installationId">Marks the processes of this installation, so that they are recognised without a record.</param>
    /// <param name="reachedFrom">The address of this machine by which gateways elsewhere reach its instances; null: only this machine does.</param>
    public ProcessDeployer(string dataDirectory, string installationId, IArtifactStore artifacts, TimeProvider time, ILogger<ProcessDeployer> logger, System.Net.IPAddress? reachedFrom = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(installationId);
        _time = time;
        _logger = logger;
        _health = new HealthProbe(time);
        _book = new InstanceBook(Path.Combine(Path.GetFullPath(dataDirectory), "instances"), installationId, time, logger, _lifetime.Token);
        _control = new InstanceControl(_book, _health, new ProcessEnding(time), artifacts, installationId, reachedFrom is null ? "127.0.0.1" : "0.0.0.0", logger, _lifetime.Token);
        _groups = new GroupControl(_book, _control);
    }

    /// <summary>What this machine lacks to run processes, in words for people, with what to do; empty when nothing.</summary>
    public static ImmutableArray<string> Requirements() => Machine.Problems();

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one instance was asked for.</exception>
    public async Task<DeployOutcome> EnsureAsync(InstanceRequest request, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Instances, 1);
        if (request.Deploy is not DeploySpec.Process deploy)
            return new DeployOutcome.Failed($"SLIP0703: {request.Id} is not deployed as a process, and this deployer starts nothing else; write 'deploy: {{ process: … }}'");
        if (!OperatingSystem.IsLinux())
            return new DeployOutcome.Failed($"SLIP0703: {request.Id} cannot be started on this machine: {Machine.Problems()[0]}");
        await LoadAsync(cancellationToken);
        var group = _book.Of(request.Id);
        var recipe = new Recipe(request.Artifact, deploy);
        if (group.Wanted > request.Instances || group.Recorded.Any(i => !recipe.IsSameAs(i.Record?.Recipe)))
            group.Interrupt();
        using var held = await group.Gate.EnterAsync(cancellationToken);
        using var change = group.Changing.Begin(cancellationToken);
        try
        {
            group.Wanted = request.Instances;
            return await _groups.EnsureAsync(group, recipe, request.Instances, change.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && change.IsCancellationRequested)
        {
            return new DeployOutcome.Failed($"SLIP0708: the start of {request.Id} was given up, since it was to be stopped or started otherwise meanwhile; start it again if it is still wanted");
        }
        finally
        {
            group.Wanted = 0;
            group.Changing.End();
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The process survived being killed.</exception>
    public async Task StopAsync(InstanceId id, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
            return;
        await LoadAsync(cancellationToken);
        var group = _book.Of(id);
        group.Interrupt();
        using var held = await group.Gate.EnterAsync(cancellationToken);
        await _groups.StopAsync(group, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<InstanceStatus>> ListAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
            return [];
        await LoadAsync(cancellationToken);
        var scanned = Interlocked.Read(ref _scanned);
        var now = _time.GetTimestamp();
        if (_time.GetElapsedTime(scanned, now) >= ScanEvery && Interlocked.CompareExchange(ref _scanned, now, scanned) == scanned)
            Resume(_book.Scan());
        return _book.Statuses;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<InstanceStatus> WatchExitsAsync(CancellationToken cancellationToken) => _book.Exits.Listen(cancellationToken);

    /// <summary>Stops looking. The instances go on.</summary>
    public void Dispose()
    {
        _lifetime.Cancel();
        _health.Dispose();
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _loaded))
            return;
        await _loading.WaitAsync(cancellationToken);
        try
        {
            if (_loaded)
                return;
            Resume(_book.Load());
            Interlocked.Exchange(ref _scanned, _time.GetTimestamp());
            Volatile.Write(ref _loaded, true);
        }
        finally
        {
            _loading.Release();
        }
    }

    private void Resume(ImmutableArray<Instance> starting)
    {
        foreach (var instance in starting)
            _ = ResumeAsync(instance);
    }

    /// <summary>Ends the wait that an earlier server began: without it, an instance found in the middle of its start would stay there for good.</summary>
    private async Task ResumeAsync(Instance instance)
    {
        try
        {
            using var held = await instance.Gate.EnterAsync(_lifetime.Token);
            using var start = instance.Resuming.Begin(_lifetime.Token);
            if (instance.Record is { State: InstanceState.Starting } && instance.Live is { } process)
                await _control.FinishAsync(instance, process, start.Token);
        }
        catch (OperationCanceledException)
        {
            // Somebody wants it otherwise, or the server stops.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            NotResumed(_logger, e, instance.Slot);
        }
        finally
        {
            instance.Resuming.End();
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The start of {Instance} that an earlier server began could not be waited for")]
    private static partial void NotResumed(ILogger logger, Exception e, Slot instance);
}
