using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Engine.Recording;
using Slipway.Engine.Traffic;

namespace Slipway.Engine.Deployments;

/// <summary>Compares a candidate with its baseline every second, on the gateways' own counts and on what metric sources say, for as long as a deployment wants it.</summary>
internal sealed class Watcher(TrafficBoard board, TrafficDirector traffic, ProjectDirectory projects, Recordings recordings, IEnumerable<IMetricSource> sources, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>Gateways that say nothing for longer than this make the checks blind.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private readonly FrozenDictionary<string, IMetricSource> _sources = sources.ToFrozenDictionary(s => s.Kind, StringComparer.Ordinal);
    private readonly ConcurrentDictionary<DeploymentId, AnalysisReport> _reports = new();

    /// <summary>The newest report, while the deployment is watched. What a check failed on is kept with the deployment itself.</summary>
    public AnalysisReport? Report(DeploymentId id) => _reports.GetValueOrDefault(id);

    public async Task<EffectAnswer> RunAsync(DeploymentSpec spec, Func<DeploymentInput, ValueTask> observe, CancellationToken cancellationToken)
    {
        using var tap = board.Tap(spec.Environment.Project);
        var startedAt = StartedAt(spec);
        SourcePoller poller = new(spec.Checks, _sources, startedAt, time);
        var analysis = await recordings.BeginAsync(spec, startedAt, cancellationToken);
        var begun = time.GetTimestamp();
        DeploymentInput.Analysed? told = null;
        var heard = begun;
        if (analysis.IsNew)
            Learn(spec, analysis, tap);
        using PeriodicTimer timer = new(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                Observe(spec, analysis, tap.Take());
                foreach (var window in poller.Take())
                    analysis.Observe(window);
                poller.Ask(Sides(spec), Sources(spec), cancellationToken);
                var report = _reports[spec.Id] = analysis.Report();
                if (await HearsAsync(spec, cancellationToken))
                    heard = time.GetTimestamp();
                var input = AnalysisInput.Of(report, Deployment.Gates(spec));
                if (time.GetElapsedTime(heard) > Silence)
                    input = AnalysisInput.Deafened(input, "no gateway says what it serves and counts");
                if (AnalysisInput.Differs(input, told))
                    await observe(told = input);
                analysis.SaveIfDue();
            }

            return new EffectAnswer.Done();
        }
        finally
        {
            _reports.TryRemove(spec.Id, out _);
            await poller.WhenIdleAsync();
            await analysis.EndAsync();
        }
    }

    private DateTimeOffset StartedAt(DeploymentSpec spec) =>
        projects.Snapshot(spec.Environment.Project)?.Active(spec.Environment.Name) is { } active && active.Spec.Id == spec.Id ? active.StartedAt : time.GetUtcNow();

    /// <summary>What the baseline did in the minutes before counts as its history, and so must not be compared as well.</summary>
    private void Learn(DeploymentSpec spec, RecordedAnalysis analysis, TrafficTap tap)
    {
        tap.Take();
        foreach (var (ago, counts) in Baseline(spec) is { } baseline ? board.Pieces(baseline) : [])
            analysis.LearnBaseline(counts, ago);
    }

    private void Observe(DeploymentSpec spec, RecordedAnalysis analysis, IReadOnlyDictionary<InstanceId, SideCounts> counts)
    {
        var candidate = counts.GetValueOrDefault(new InstanceId(spec.Environment, spec.Candidate.Candidate));
        var baseline = Baseline(spec) is { } id ? counts.GetValueOrDefault(id) : null;
        analysis.Observe(candidate, baseline, Split(spec, counts));
    }

    /// <summary>What should have gone to the candidate and what did; null where a weight alone does not say: an audience has any size, and copies are no users.</summary>
    private SplitSeen? Split(DeploymentSpec spec, IReadOnlyDictionary<InstanceId, SideCounts> counts) =>
        projects.Snapshot(spec.Environment.Project)?.Active(spec.Environment.Name)?.Confirmed is { Candidate: { } version, Stable: not null, Audience: null } split && split.Mirror == Weight.None
            ? new SplitSeen(split.Weight.Share, counts.Where(c => c.Key.Environment == spec.Environment && c.Key.Candidate == version).Sum(c => c.Value.Completed), counts.Where(c => c.Key.Environment == spec.Environment).Sum(c => c.Value.Completed))
            : null;

    /// <summary>Whether the gateways can be heard. An environment without live traffic has none to hear of.</summary>
    private async Task<bool> HearsAsync(DeploymentSpec spec, CancellationToken cancellationToken) =>
        spec.Slice is Slice.None || projects.Find(spec.Environment) is not ({ Service: not null }, _) || await traffic.ObserveAsync(spec.Environment, cancellationToken) is not null;

    /// <summary>As the project names them now: an address that was mended is used at once.</summary>
    private ImmutableArray<MetricSourceSpec> Sources(DeploymentSpec spec) => projects.Snapshot(spec.Environment.Project)?.Configuration.Sources ?? [];

    private Sides Sides(DeploymentSpec spec) => new(
        new MetricSubject(spec.Environment, spec.Candidate.Candidate, Core.Releases.InstanceRole.Serving),
        Baseline(spec) is { } id ? new MetricSubject(id.Environment, id.Candidate, id.Role) : null);

    private InstanceId? Baseline(DeploymentSpec spec) =>
        projects.Snapshot(spec.Environment.Project) is { } snapshot && snapshot.Active(spec.Environment.Name) is { } deployment
        && Core.Environments.Baseline.Of(snapshot, deployment) is var (environment, version, role)
            ? new InstanceId(environment, version, role)
            : null;
}
