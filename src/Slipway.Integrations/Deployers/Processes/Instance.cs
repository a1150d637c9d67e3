using System.Diagnostics.CodeAnalysis;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>What is known of one instance, on disk and in memory. Changed by one at a time, who has entered it; read by everyone.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing, and instances live as long as the deployer.")]
internal sealed class Instance(InstanceId id, InstanceFiles files, PortPool ports)
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile InstanceRecord? _record;
    private volatile CancellationTokenSource? _starting;

    public InstanceId Id => id;

    public InstanceFiles Files => files;

    public LogFiles Logs { get; } = new(files.Directory);

    /// <summary>Null when there is no such instance.</summary>
    public InstanceRecord? Record => _record;

    /// <summary>The process of the record; null when it is known to have none.</summary>
    public RunningProcess? Process { get; set; }

    /// <summary>The process, if it lives at this moment.</summary>
    public RunningProcess? Live => Process is { } process && process.Identity.IsAlive ? process : null;

    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        return new Held(_gate);
    }

    /// <summary>Null when somebody else is at it.</summary>
    public IDisposable? TryEnter() => _gate.Wait(0) ? new Held(_gate) : null;

    public void Restore(InstanceRecord record) => _record = record;

    public void Save(InstanceRecord record)
    {
        files.Write(record);
        _record = record;
    }

    public void Forget()
    {
        files.Delete();
        _record = null;
        Process = null;
        ports.Release(id);
    }

    /// <summary>Marks a start as under way, so that a stop need not wait for it.</summary>
    public CancellationTokenSource BeginStart(CancellationToken cancellationToken) =>
        _starting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

    public void EndStart() => _starting = null;

    public void InterruptStart()
    {
        try
        {
            _starting?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended this moment, which is as good.
        }
    }

    private sealed class Held(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
