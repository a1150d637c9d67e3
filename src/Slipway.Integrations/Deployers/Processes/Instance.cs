namespace Slipway.Integrations.Deployers.Processes;

/// <summary>What is known of one instance, on disk and in memory. Changed by one at a time, who has entered it; read by everyone.</summary>
internal sealed class Instance(Slot slot, InstanceFiles files, PortPool ports)
{
    private static long _turns;
    private volatile InstanceRecord? _record;
    private long _turn;

    public Slot Slot => slot;

    public InstanceFiles Files => files;

    public LogFiles Logs { get; } = new(files.Directory);

    public Gate Gate { get; } = new();

    /// <summary>The wait for a start that an earlier server began.</summary>
    public Interruption Resuming { get; } = new();

    /// <summary>Grows from one instance that becomes ready to the next; 0 for what an earlier server saw become ready.</summary>
    public long Turn => Interlocked.Read(ref _turn);

    /// <summary>Null when there is no such instance.</summary>
    public InstanceRecord? Record => _record;

    /// <summary>The process of the record; null when it is known to have none.</summary>
    public RunningProcess? Process { get; set; }

    /// <summary>The process, if it lives at this moment.</summary>
    public RunningProcess? Live => Process is { } process && process.Identity.IsAlive ? process : null;

    /// <summary>What an earlier server wrote.</summary>
    public void Restore(InstanceRecord record) => _record = record;

    public void Save(InstanceRecord record)
    {
        files.Write(record);
        if (record.State is InstanceState.Ready && _record?.State is not InstanceState.Ready)
            Interlocked.Exchange(ref _turn, Interlocked.Increment(ref _turns));
        _record = record;
    }

    public void Forget()
    {
        files.Delete();
        _record = null;
        Process = null;
        ports.Release(slot);
    }
}
