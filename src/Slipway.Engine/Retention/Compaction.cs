using Slipway.Core;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;
using Slipway.Engine.Streams;

namespace Slipway.Engine.Retention;

/// <summary>What was, or would be, removed and kept in short.</summary>
/// <param name="Streams">From so many streams…</param>
/// <param name="Events">…so many events.</param>
/// <param name="Snapshots">So many states of long streams were written.</param>
public sealed record CompactionReport(int Streams, long Events, int Snapshots);

/// <summary>
/// Keeps states of long streams, and removes old events of ended deployments and of environments. May run at any time, beside everything
/// else, twice, or end in the middle: a state is kept before what is in it goes.
/// </summary>
internal sealed class Compaction(IEventStore store, IStreamArchive archive, RetentionPolicy policy)
{
    private const int Page = 1000;

    public async Task<CompactionReport> RunAsync(IEnumerable<string> live, DateTimeOffset now, bool dryRun, CancellationToken cancellationToken)
    {
        var snapshots = 0;
        foreach (var stream in live)
            snapshots += await SnapshotAsync(stream, policy.SnapshotEvery, dryRun, cancellationToken) ? 1 : 0;
        var (streams, events) = (0, 0L);
        foreach (var (stream, through) in await OldAsync(now - policy.Events, cancellationToken))
        {
            if (await CompactAsync(stream, through, dryRun, cancellationToken) is var removed and > 0)
                (streams, events) = (streams + 1, events + removed);
        }

        if (events > 0 && !dryRun)
            await archive.ReclaimAsync(cancellationToken);
        return new CompactionReport(streams, events, snapshots);
    }

    /// <summary>Streams with events from before a moment that may go, each with the version of the last of them. Positions are in the order of time.</summary>
    private async Task<Dictionary<string, long>> OldAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        Dictionary<string, long> old = new(StringComparer.Ordinal);
        for (var after = 0L; await store.ReadAllAsync(after, Page, cancellationToken) is { IsEmpty: false } page; after = page[^1].Position)
        {
            foreach (var e in page)
            {
                if (e.At >= before)
                    return old;
                if (e.Version > 1 && RetentionPolicy.IsCompacted(e.Stream) && RetentionPolicy.Passing.Contains(e.Type))
                    old[e.Stream] = e.Version;
            }
        }

        return old;
    }

    private async Task<long> CompactAsync(string stream, long through, bool dryRun, CancellationToken cancellationToken)
    {
        if (!await MayGoAsync(stream, cancellationToken))
            return 0;
        if (dryRun)
        {
            var events = await store.ReadStreamAsync(stream, 0, cancellationToken);
            return events.Count(e => e.Version > 1 && e.Version <= through && e.Version < events[^1].Version && RetentionPolicy.Passing.Contains(e.Type));
        }

        await SnapshotAsync(stream, 0, dryRun: false, cancellationToken);
        return await archive.CompactAsync(stream, through, RetentionPolicy.Passing, cancellationToken);
    }

    /// <summary>How a deployment that is still under way got where it is stays.</summary>
    private async Task<bool> MayGoAsync(string stream, CancellationToken cancellationToken) =>
        !stream.StartsWith(StreamNames.DeploymentPrefix, StringComparison.Ordinal)
        || (await Folding.FoldAsync<Deployment, DeploymentEvent>(store, stream, Deployment.Empty, 0, Rollout.Evolve, cancellationToken)).State.IsEnded;

    /// <summary>Keeps the stream's state when more than so many events came since; true when it did, or would.</summary>
    private async Task<bool> SnapshotAsync(string stream, int than, bool dryRun, CancellationToken cancellationToken)
    {
        var kept = (await archive.SnapshotAsync(stream, cancellationToken))?.Version ?? 0;
        var (version, data) = stream.Split(':')[0] switch
        {
            "project" => await StateAsync<ProjectState, ProjectEvent>(stream, ProjectState.Empty, ProjectState.Evolve, cancellationToken),
            "environment" => await StateAsync<EnvironmentState, EnvironmentEvent>(stream, EnvironmentState.Empty, EnvironmentState.Evolve, cancellationToken),
            "deployment" => await StateAsync<Deployment, DeploymentEvent>(stream, Deployment.Empty, Rollout.Evolve, cancellationToken),
            _ => (kept, () => ""),
        };
        if (version - kept <= than)
            return false;
        if (!dryRun)
            await archive.SaveSnapshotAsync(new StreamSnapshot(stream, version, StateJson.Format, data()), cancellationToken);
        return true;
    }

    private async Task<(long Version, Func<string> Data)> StateAsync<TState, TEvent>(string stream, TState empty, Func<TState, TEvent, TState> evolve, CancellationToken cancellationToken)
        where TState : class
        where TEvent : class
    {
        var (state, version) = await Folding.FoldAsync(store, stream, empty, 0, evolve, cancellationToken);
        return (version, () => StateJson.Write(state));
    }
}
