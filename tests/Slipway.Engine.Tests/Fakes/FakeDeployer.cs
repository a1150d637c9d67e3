using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Slipway.Core.Projects;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Tests.Fakes;

/// <summary>
/// Runs instances in name only. They outlive engines, take time to start, and exit when the test says so. A command of <c>ends</c> or
/// <c>lonely</c> and a line behaves as the contract of deployers asks.
/// </summary>
internal sealed class FakeDeployer(TimeProvider time) : IDeployer
{
    private readonly Lock _lock = new();
    private readonly List<Instance> _instances = [];
    private readonly ConcurrentDictionary<Channel<InstanceStatus>, bool> _listeners = new();
    private readonly List<(InstanceId Id, DateTimeOffset At)> _starts = [];
    private readonly ConcurrentDictionary<InstanceId, SemaphoreSlim> _gates = new();
    private int _port = 20_000;
    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    public TimeSpan StartTakes { get; set; }

    /// <summary>How much later each further instance is ready that was started in the same call.</summary>
    public TimeSpan EachLater { get; set; }

    /// <summary>Versions that do not start.</summary>
    public HashSet<string> Broken { get; } = [];

    /// <summary>Called with the endpoint of each instance that is stopped by request.</summary>
    public Action<InstanceId, string> Stopping { get; set; } = (_, _) => { };

    public ImmutableArray<InstanceId> Running
    {
        get
        {
            lock (_lock)
                return [.. _instances.Where(i => !i.Exited).Select(i => i.Id).Distinct()];
        }
    }

    public ImmutableArray<DateTimeOffset> StartsOf(InstanceId id)
    {
        lock (_lock)
            return [.. _starts.Where(s => s.Id == id).Select(s => s.At)];
    }

    /// <summary>Where the ready instances of a version serve, first what has been so for longest.</summary>
    public ImmutableArray<string> ReadyOf(InstanceId id)
    {
        lock (_lock)
            return Ready(InOrder(id), time.GetUtcNow());
    }

    /// <summary>Something that an earlier life of the engine left behind.</summary>
    public void Leave(InstanceId id)
    {
        lock (_lock)
            _instances.Add(new Instance(id, null, time.GetUtcNow(), $"http://127.0.0.1:{++_port}", false));
    }

    /// <summary>The oldest instance of a version exits.</summary>
    public void Exit(InstanceId id) => Exit(i => i.Id == id);

    public void Exit(string endpoint) => Exit(i => i.Endpoint == endpoint);

    public async Task<DeployOutcome> EnsureAsync(InstanceRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        var gate = _gates.GetOrAdd(request.Id, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (Begin(request) is { } failure)
                return new DeployOutcome.Failed(failure);
            while (Starting(request.Id) is { } ready)
            {
                if (ready - time.GetUtcNow() is var left && left > TimeSpan.Zero)
                    await Task.Delay(left, time, cancellationToken);
            }

            Stop(request.Id, request.Instances);
            var endpoints = ReadyOf(request.Id);
            return endpoints.Length == request.Instances ? new DeployOutcome.Ready(endpoints) : new DeployOutcome.Failed("one exited again");
        }
        finally
        {
            gate.Release();
        }
    }

    public Task StopAsync(InstanceId id, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        Stop(id, 0);
        return Task.CompletedTask;
    }

    public Task<ImmutableArray<InstanceStatus>> ListAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        lock (_lock)
            return Task.FromResult<ImmutableArray<InstanceStatus>>([.. _instances.Select(i => i.Id).Distinct().Select(id => Status(id, [.. InOrder(id)]))]);
    }

    public IAsyncEnumerable<InstanceStatus> WatchExitsAsync(CancellationToken cancellationToken)
    {
        var mine = Channel.CreateUnbounded<InstanceStatus>();
        _listeners[mine] = true;
        return ReadAsync(mine, cancellationToken);
    }

    private static async IAsyncEnumerable<InstanceStatus> ReadAsync(Channel<InstanceStatus> mine, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var exit in mine.Reader.ReadAllAsync(cancellationToken))
            yield return exit;
    }

    private void Exit(Func<Instance, bool> which)
    {
        Instance gone;
        lock (_lock)
        {
            var at = _instances.FindIndex(i => !i.Exited && which(i));
            gone = _instances[at] = _instances[at] with { Exited = true };
        }

        foreach (var listener in _listeners.Keys)
            listener.Writer.TryWrite(new InstanceStatus(gone.Id, InstanceCondition.Exited, [], gone.Why));
    }

    /// <summary>Starts what is missing; why not, when something does not start.</summary>
    private string? Begin(InstanceRequest request)
    {
        lock (_lock)
        {
            var (how, now) = (((DeploySpec.Process)request.Deploy).Command, time.GetUtcNow());
            _instances.RemoveAll(i => i.Id == request.Id && i.How is { } other && !other.SequenceEqual(how));
            var surplus = InOrder(request.Id).Skip(request.Instances).Where(i => !IsReady(i, now)).ToList();
            _instances.RemoveAll(surplus.Contains);
            var missing = request.Instances - _instances.Count(i => i.Id == request.Id && !i.Exited);
            for (var i = 0; i < missing; i++)
            {
                if (Refuses(request.Id, how) is { } why)
                {
                    if (_instances.All(x => x.Id != request.Id || !x.Exited))
                        _instances.Add(new Instance(request.Id, how, now, "", true) { Why = why });
                    return why;
                }

                _starts.Add((request.Id, now));
                if (_instances.FindIndex(x => x.Id == request.Id && x.Exited) is >= 0 and var old)
                    _instances.RemoveAt(old);
                _instances.Add(new Instance(request.Id, how, now + StartTakes + (EachLater * i), $"http://127.0.0.1:{++_port}", false));
            }

            return null;
        }
    }

    private string? Refuses(InstanceId id, ImmutableArray<string> how) => how switch
    {
        _ when Broken.Contains(id.Candidate.Value) => "it exits at once",
        ["ends", var line] => line,
        ["lonely", var line] when _instances.Any(i => i.Id == id && !i.Exited) => line,
        ["never"] => "it was not ready in time",
        _ => null,
    };

    private DateTimeOffset? Starting(InstanceId id)
    {
        lock (_lock)
            return _instances.Where(i => i.Id == id && !i.Exited && !IsReady(i, time.GetUtcNow())).Select(i => (DateTimeOffset?)i.ReadyAt).Min();
    }

    private void Stop(InstanceId id, int keep)
    {
        lock (_lock)
        {
            foreach (var gone in InOrder(id).Skip(keep).ToList())
            {
                if (!gone.Exited)
                    Stopping(id, gone.Endpoint);
                _instances.Remove(gone);
            }
        }
    }

    private IEnumerable<Instance> InOrder(InstanceId id) => _instances.Where(i => i.Id == id).OrderBy(i => i.Exited).ThenBy(i => i.ReadyAt);

    private static bool IsReady(Instance i, DateTimeOffset now) => !i.Exited && i.ReadyAt <= now;

    private static ImmutableArray<string> Ready(IEnumerable<Instance> all, DateTimeOffset now) => [.. all.Where(i => IsReady(i, now)).Select(i => i.Endpoint)];

    private InstanceStatus Status(InstanceId id, ImmutableArray<Instance> all)
    {
        var ready = Ready(all, time.GetUtcNow());
        var condition = ready.Length > 0 ? InstanceCondition.Ready : all.All(i => i.Exited) ? InstanceCondition.Exited : InstanceCondition.Starting;
        return new(id, condition, ready, all.FirstOrDefault(i => i.Exited)?.Why ?? "") { Exited = all.Count(i => i.Exited), Starting = all.Count(i => !i.Exited) - ready.Length };
    }

    private sealed record Instance(InstanceId Id, ImmutableArray<string>? How, DateTimeOffset ReadyAt, string Endpoint, bool Exited)
    {
        public string Why { get; init; } = "exit code 1";
    }
}
