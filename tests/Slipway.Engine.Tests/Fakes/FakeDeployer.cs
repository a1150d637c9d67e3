using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Tests.Fakes;

/// <summary>Runs instances in name only. They outlive engines, take time to start, and exit when the test says so.</summary>
internal sealed class FakeDeployer(TimeProvider time) : IDeployer
{
    private readonly Lock _lock = new();
    private readonly Dictionary<InstanceId, Instance> _instances = [];
    private readonly ConcurrentDictionary<Channel<InstanceStatus>, bool> _listeners = new();
    private readonly List<(InstanceId Id, DateTimeOffset At)> _starts = [];
    private int _port = 20_000;
    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    public TimeSpan StartTakes { get; set; }

    /// <summary>Versions that do not start.</summary>
    public HashSet<string> Broken { get; } = [];

    public ImmutableArray<InstanceId> Running
    {
        get
        {
            lock (_lock)
                return [.. _instances.Where(i => !i.Value.Exited).Select(i => i.Key)];
        }
    }

    public ImmutableArray<DateTimeOffset> StartsOf(InstanceId id)
    {
        lock (_lock)
            return [.. _starts.Where(s => s.Id == id).Select(s => s.At)];
    }

    /// <summary>Something that an earlier life of the engine left behind.</summary>
    public void Leave(InstanceId id)
    {
        lock (_lock)
            _instances[id] = new Instance(time.GetUtcNow(), $"http://127.0.0.1:{++_port}", false);
    }

    public void Exit(InstanceId id)
    {
        lock (_lock)
            _instances[id] = _instances[id] with { Exited = true };
        foreach (var listener in _listeners.Keys)
            listener.Writer.TryWrite(new InstanceStatus(id, InstanceCondition.Exited, [], "exit code 1"));
    }

    public async Task<DeployOutcome> EnsureAsync(InstanceRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        if (Broken.Contains(request.Id.Candidate.Value))
            return new DeployOutcome.Failed("it exits at once");
        var instance = Begin(request.Id);
        if (instance.ReadyAt - time.GetUtcNow() is var left && left > TimeSpan.Zero)
            await Task.Delay(left, time, cancellationToken);
        return new DeployOutcome.Ready([instance.Endpoint]);
    }

    public Task StopAsync(InstanceId id, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        lock (_lock)
            _instances.Remove(id);
        return Task.CompletedTask;
    }

    public Task<ImmutableArray<InstanceStatus>> ListAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        lock (_lock)
            return Task.FromResult<ImmutableArray<InstanceStatus>>([.. _instances.Select(i => Status(i.Key, i.Value))]);
    }

    public async IAsyncEnumerable<InstanceStatus> WatchExitsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var mine = Channel.CreateUnbounded<InstanceStatus>();
        _listeners[mine] = true;
        await foreach (var exit in mine.Reader.ReadAllAsync(cancellationToken))
            yield return exit;
    }

    private Instance Begin(InstanceId id)
    {
        lock (_lock)
        {
            if (_instances.TryGetValue(id, out var there) && !there.Exited)
                return there;
            _starts.Add((id, time.GetUtcNow()));
            return _instances[id] = new Instance(time.GetUtcNow() + StartTakes, $"http://127.0.0.1:{++_port}", false);
        }
    }

    private InstanceStatus Status(InstanceId id, Instance i) => i switch
    {
        { Exited: true } => new(id, InstanceCondition.Exited, [], "exit code 1"),
        _ when i.ReadyAt > time.GetUtcNow() => new(id, InstanceCondition.Starting, [], ""),
        _ => new(id, InstanceCondition.Ready, [i.Endpoint], ""),
    };

    private sealed record Instance(DateTimeOffset ReadyAt, string Endpoint, bool Exited);
}
