using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Slipway.Core.Environments;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;
using Slipway.Engine.Traffic;

namespace Slipway.Engine.Instances;

/// <summary>
/// Starts what is missing of a version that should run. The first start follows an exit at once, each one after it waits longer: whether
/// it does not start or exits again soon.
/// </summary>
internal sealed partial class Revivals(IDeployer deployer, InstanceBoard board, TrafficDirector traffic, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>After running this long, an exit is the first one again.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<InstanceId, Revival> _last = new();

    /// <summary>Why a version that should serve does not, in words for people.</summary>
    public string? Trouble(InstanceId id) => _last.TryGetValue(id, out var last) ? last.Trouble : null;

    public void Forget(Func<InstanceId, bool> isOver)
    {
        foreach (var id in _last.Keys.Where(isOver))
            _last.TryRemove(id, out _);
    }

    public async Task BeginAsync(InstanceId id, WantedInstance wanted, CancellationToken cancellationToken)
    {
        var last = _last.GetValueOrDefault(id);
        if (time.GetUtcNow() < last.NotBefore || board.IsBusy(id))
            return;
        var count = time.GetUtcNow() < last.NotBefore + Calm ? last.Count + 1 : 1;

        // Never for fewer than are ready: those go when their traffic has been taken away.
        var outcome = await board.AloneAsync(id, ready => Math.Max(wanted.Instances, ready), n => StartAsync(id, wanted.Workload, n, cancellationToken), cancellationToken);
        var pause = TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, Math.Min(count, 10))));
        _last[id] = new Revival(count, time.GetUtcNow() + pause, (outcome as DeployOutcome.Failed)?.Reason);
        if (outcome is DeployOutcome.Ready)
            await traffic.RefreshAsync(id.Environment, cancellationToken);
    }

    private async Task<DeployOutcome> StartAsync(InstanceId id, Workload workload, int instances, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await deployer.EnsureAsync(new InstanceRequest(id, workload.Artifact, workload.Deploy, instances), cancellationToken);
            if (outcome is DeployOutcome.Ready ready)
                board.Set(id, ready.Endpoints);
            return outcome;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            NotStarted(logger, e, id);
            return new DeployOutcome.Failed(e.Message);
        }
    }

    /// <summary>How often a version was started again without a calm time between, when it may be again, and why it is not running.</summary>
    private readonly record struct Revival(int Count, DateTimeOffset NotBefore, string? Trouble);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Instance} could not be started; it is tried again")]
    private static partial void NotStarted(ILogger logger, Exception e, InstanceId instance);
}
