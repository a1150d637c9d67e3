using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Slipway.Engine.Ports;
using Slipway.Engine.Traffic;

namespace Slipway.Engine.Instances;

/// <summary>
/// Stops instances that are too many: first the routes without them, then the end of what is under way to them, and only then the stop.
/// Until the stop they can be had back.
/// </summary>
/// <param name="wanted">How many instances of a version should run, and what they are; null: none.</param>
internal sealed partial class Departures(
    IDeployer deployer, InstanceBoard board, TrafficDirector traffic, Func<InstanceId, Core.Environments.WantedInstance?> wanted, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(30);

    /// <summary>So often it is asked whether they are wanted after all.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <param name="listed">What runs of a version of which fewer are wanted. What cannot be done now is for the next look.</param>
    public async Task BeginAsync(InstanceStatus listed, CancellationToken cancellationToken)
    {
        var id = listed.Id;
        if (board.IsBusy(id))
            return;
        var keep = Wanted(id);
        ImmutableArray<string> going = [.. listed.Endpoints.Skip(keep)];

        // Noted before it is asked once more whether they are wanted: whoever wants them from now on sees that they cannot be counted on.
        board.Leave(id, going);
        try
        {
            if (MayGo(id, keep, going) && await AreOutOfRoutesAsync(id, going, cancellationToken) && await AreDrainedAsync(id, keep, going, cancellationToken))
                await board.AloneAsync(id, _ => keep, _ => StopAsync(id, keep, going, cancellationToken), cancellationToken);
        }
        finally
        {
            board.Stay(id);
        }
    }

    private int Wanted(InstanceId id) => wanted(id)?.Instances ?? 0;

    /// <summary>Not when more are wanted by now, or one of those that were to stay has gone.</summary>
    private bool MayGo(InstanceId id, int keep, ImmutableArray<string> going) =>
        Wanted(id) <= keep && board.AreLeaving(id, going) && (board.Endpoints(id).Length >= keep || going.IsEmpty);

    private async Task<bool> AreOutOfRoutesAsync(InstanceId id, ImmutableArray<string> going, CancellationToken cancellationToken) =>
        !traffic.MaySend(id.Environment, going) || await traffic.RefreshAsync(id.Environment, cancellationToken) is RouteOutcome.Applied;

    private async Task<bool> AreDrainedAsync(InstanceId id, int keep, ImmutableArray<string> going, CancellationToken cancellationToken)
    {
        if (keep > 0 && going.IsEmpty)
            return true;
        var begun = time.GetTimestamp();
        while (time.GetElapsedTime(begun) < LongestDrain)
        {
            var asked = time.GetTimestamp();
            await traffic.DrainAsync(id, keep > 0 ? going : [], Look, cancellationToken);
            if (time.GetElapsedTime(asked) < Look)
                break;
            if (!MayGo(id, keep, going))
                return false;
        }

        return true;
    }

    private async Task<bool> StopAsync(InstanceId id, int keep, ImmutableArray<string> going, CancellationToken cancellationToken)
    {
        if (!MayGo(id, keep, going))
            return false;
        if (keep == 0)
        {
            await deployer.StopAsync(id, cancellationToken);
            board.Set(id, []);
            Retired(logger, id);
            return true;
        }

        // One that became ready meanwhile would go too, and users may be sent to it.
        if (board.Endpoints(id).Length > keep || wanted(id) is not { Workload: var workload })
            return false;
        if (await deployer.EnsureAsync(new InstanceRequest(id, workload.Artifact, workload.Deploy, keep), cancellationToken) is not DeployOutcome.Ready ready)
            return false;
        board.Set(id, ready.Endpoints);
        Shrunk(logger, id, keep);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Instance} is no longer wanted: drained and stopped")]
    private static partial void Retired(ILogger logger, InstanceId instance);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Instance} has {Instances} instances now: those beyond were drained and stopped")]
    private static partial void Shrunk(ILogger logger, InstanceId instance, int instances);
}
