using System.Collections.Concurrent;
using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Engine.Traffic;

namespace Slipway.Engine.Deployments;

/// <summary>Compares a candidate with its baseline every second, on the gateways' own counts, for as long as a deployment wants it.</summary>
internal sealed class Watcher(TrafficBoard board, TrafficDirector traffic, ProjectDirectory projects, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>Gateways that say nothing for longer than this make the checks blind.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<DeploymentId, AnalysisReport> _reports = new();

    /// <summary>The newest report, while the deployment is watched. What a check failed on is kept with the deployment itself.</summary>
    public AnalysisReport? Report(DeploymentId id) => _reports.GetValueOrDefault(id);

    public async Task<EffectAnswer> RunAsync(DeploymentSpec spec, Func<DeploymentInput, ValueTask> observe, CancellationToken cancellationToken)
    {
        CanaryAnalysis analysis = new(spec.Checks, Deployment.Gates(spec));
        using var tap = board.Tap(spec.Environment.Project);
        var begun = time.GetTimestamp();
        DeploymentInput.Analysed? told = null;
        var heard = begun;
        Learn(spec, analysis);
        using PeriodicTimer timer = new(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                Observe(spec, analysis, tap.Take(), time.GetElapsedTime(begun));
                var report = _reports[spec.Id] = analysis.Report();
                if (await HearsAsync(spec, cancellationToken))
                    heard = time.GetTimestamp();
                var input = AnalysisInput.Of(report, Deployment.Gates(spec)) with { Blind = time.GetElapsedTime(heard) > Silence ? "no gateway says what it serves and counts" : null };
                if (AnalysisInput.Differs(input, told))
                    await observe(told = input);
            }

            return new EffectAnswer.Done();
        }
        finally
        {
            _reports.TryRemove(spec.Id, out _);
        }
    }

    /// <summary>What the baseline did in the minutes before counts as its history.</summary>
    private void Learn(DeploymentSpec spec, CanaryAnalysis analysis)
    {
        if (Baseline(spec) is { } baseline && board.History(baseline) is { } history)
            analysis.LearnBaseline(history, TimeSpan.Zero);
    }

    private void Observe(DeploymentSpec spec, CanaryAnalysis analysis, IReadOnlyDictionary<InstanceId, SideCounts> counts, TimeSpan at)
    {
        var candidate = counts.GetValueOrDefault(new InstanceId(spec.Environment, spec.Candidate.Candidate));
        var baseline = Baseline(spec) is { } id ? counts.GetValueOrDefault(id) : null;
        analysis.Observe(at, candidate, baseline);
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
