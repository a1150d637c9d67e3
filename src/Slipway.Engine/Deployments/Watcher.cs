using System.Collections.Concurrent;
using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Engine.Recording;
using Slipway.Engine.Traffic;

namespace Slipway.Engine.Deployments;

/// <summary>Compares a candidate with its baseline every second, on the gateways' own counts, for as long as a deployment wants it.</summary>
internal sealed class Watcher(TrafficBoard board, TrafficDirector traffic, ProjectDirectory projects, Recordings recordings, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>Gateways that say nothing for longer than this make the checks blind.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<DeploymentId, AnalysisReport> _reports = new();

    /// <summary>The newest report, while the deployment is watched. What a check failed on is kept with the deployment itself.</summary>
    public AnalysisReport? Report(DeploymentId id) => _reports.GetValueOrDefault(id);

    public async Task<EffectAnswer> RunAsync(DeploymentSpec spec, Func<DeploymentInput, ValueTask> observe, CancellationToken cancellationToken)
    {
        using var tap = board.Tap(spec.Environment.Project);
        var analysis = await recordings.BeginAsync(spec, StartedAt(spec), cancellationToken);
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
                var report = _reports[spec.Id] = analysis.Report();
                if (await HearsAsync(spec, cancellationToken))
                    heard = time.GetTimestamp();
                var input = AnalysisInput.Of(report, Deployment.Gates(spec)) with { Blind = time.GetElapsedTime(heard) > Silence ? "no gateway says what it serves and counts" : null };
                if (AnalysisInput.Differs(input, told))
                    await observe(told = input);
                analysis.SaveIfDue();
            }

            return new EffectAnswer.Done();
        }
        finally
        {
            _reports.TryRemove(spec.Id, out _);
            await analysis.EndAsync();
        }
    }

    private DateTimeOffset StartedAt(DeploymentSpec spec) =>
        projects.Snapshot(spec.Environment.Project)?.Active(spec.Environment.Name) is { } active && active.Spec.Id == spec.Id ? active.StartedAt : time.GetUtcNow();

    /// <summary>What the baseline did in the minutes before counts as its history, and so must not be compared as well.</summary>
    private void Learn(DeploymentSpec spec, RecordedAnalysis analysis, TrafficTap tap)
    {
        tap.Take();
        if (Baseline(spec) is { } baseline && board.History(baseline) is { } history)
            analysis.LearnBaseline(history);
    }

    private void Observe(DeploymentSpec spec, RecordedAnalysis analysis, IReadOnlyDictionary<InstanceId, SideCounts> counts)
    {
        var candidate = counts.GetValueOrDefault(new InstanceId(spec.Environment, spec.Candidate.Candidate));
        var baseline = Baseline(spec) is { } id ? counts.GetValueOrDefault(id) : null;
        analysis.Observe(candidate, baseline);
    }

    /// <summary>Whether the gateways can be heard. An environment without live traffic has none to hear of.</summary>
    private async Task<bool> HearsAsync(DeploymentSpec spec, CancellationToken cancellationToken) =>
        spec.Slice is Slice.None || projects.Find(spec.Environment) is not ({ Service: not null }, _) || await traffic.ObserveAsync(spec.Environment, cancellationToken) is not null;

    private InstanceId? Baseline(DeploymentSpec spec) =>
        projects.Snapshot(spec.Environment.Project) is { } snapshot && snapshot.Active(spec.Environment.Name) is { } deployment
        && Core.Environments.Baseline.Of(snapshot, deployment) is var (environment, version, role)
            ? new InstanceId(environment, version, role)
            : null;
}
