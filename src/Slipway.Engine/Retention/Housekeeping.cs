using System.Collections.Immutable;
using Slipway.Core.Environments;
using Slipway.Engine.Ports;
using Slipway.Engine.Streams;

namespace Slipway.Engine.Retention;

/// <summary>What housekeeping did, or would do.</summary>
/// <param name="Candidates">How many were forgotten.</param>
/// <param name="Artifacts">What was thrown away.</param>
public sealed record HousekeepingReport(CompactionReport Events, int Candidates, ImmutableArray<StoredArtifact> Artifacts);

/// <summary>
/// Keeps an installation from growing for ever: states of long streams, removal of old events and of what checks saw, candidates and artifacts that nobody needs. May run at any
/// time and again; whatever it did not come to is for the next time.
/// </summary>
public sealed class Housekeeping(IEventStore store, IAnalysisStore analyses, IArtifactStore artifacts, IDeployer deployer, SlipwayEngine engine, RetentionPolicy policy, TimeProvider time) : IDisposable
{
    /// <summary>Between an upload and the release that is made of it.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromDays(1);

    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>How long what is kept.</summary>
    public RetentionPolicy Policy => policy;

    /// <param name="dryRun">Only say what would be done.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    public async Task<HousekeepingReport> RunAsync(bool dryRun, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var candidates = 0;
            foreach (var project in engine.Projects)
                candidates += await engine.ForgetAsync(project, policy.Events, dryRun, cancellationToken);
            var events = store is IStreamArchive archive
                ? await new Compaction(store, archive, policy).RunAsync(Live(), time.GetUtcNow(), dryRun, cancellationToken)
                : new CompactionReport(0, 0, 0);

            // What a check failed on stands in the events; this is only for trying other checks on it.
            if (!dryRun)
                await analyses.PruneAsync(time.GetUtcNow() - policy.Events, cancellationToken);
            return new HousekeepingReport(events, candidates, artifacts is IArtifactShelf shelf ? await PruneAsync(shelf, dryRun, cancellationToken) : []);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    /// <summary>The streams that go on for as long as their project does.</summary>
    private IEnumerable<string> Live() =>
        from project in engine.Projects
        let snapshot = engine.Snapshot(project)
        where snapshot is not null
        from stream in snapshot.Configuration.Places.Select(name => StreamNames.Of(new Core.Projects.EnvironmentKey(project, name))).Prepend(StreamNames.Of(project))
        select stream;

    /// <summary>Whether one is needed is asked right before it goes: a person may want it back at any time.</summary>
    private async Task<ImmutableArray<StoredArtifact>> PruneAsync(IArtifactShelf shelf, bool dryRun, CancellationToken cancellationToken)
    {
        var pruned = ImmutableArray.CreateBuilder<StoredArtifact>();
        var running = (await deployer.ListAsync(cancellationToken)).Select(i => engine.Snapshot(i.Id.Environment.Project)?.Project.Find(i.Id.Candidate)?.Artifact.Digest).OfType<string>().ToHashSet();
        var old = time.GetUtcNow() - Fresh;
        foreach (var stored in (await shelf.ListAsync(cancellationToken)).Where(a => a.StoredAt < old && !running.Contains(a.Digest)))
        {
            if (IsNeeded(stored.Digest))
                continue;
            if (!dryRun)
                await shelf.RemoveAsync(stored.Digest, cancellationToken);
            pruned.Add(stored);
        }

        return pruned.ToImmutable();
    }

    private bool IsNeeded(string digest) =>
        engine.Projects.Select(engine.Snapshot).OfType<ProjectSnapshot>().Any(s => KeptArtifacts.Of(s, policy.Artifacts, time.GetUtcNow()).Contains(digest));
}
