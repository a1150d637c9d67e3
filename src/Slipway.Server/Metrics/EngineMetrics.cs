using System.Diagnostics.Metrics;
using Slipway.Core.Environments;
using Slipway.Engine;
using Slipway.Engine.Ports;
using Slipway.Engine.Telemetry;
using Slipway.Server.Views;

namespace Slipway.Server.Metrics;

/// <summary>What the engine looks like to a metrics server.</summary>
internal sealed class EngineMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly SlipwayEngine _engine;
    private readonly TimeProvider _time;

    public EngineMetrics(IMeterFactory meters, SlipwayEngine engine, TimeProvider time)
    {
        (_engine, _time) = (engine, time);
        _meter = meters.Create(EngineTelemetry.Name);
        _meter.CreateObservableGauge("slipway.deployments.active", ActiveDeployments, description: "Deployments under way, by phase.");
        _meter.CreateObservableCounter("slipway.deployments.ended", EndedDeployments, description: "Deployments that ended, by kind (forward, rollback) and by how (succeeded, bad, aborted, failed, superseded).");
        _meter.CreateObservableGauge("slipway.environment.weight", Weights, unit: "%", description: "Share of an environment's users on the candidate, as the gateways confirmed it.");
        _meter.CreateObservableGauge("slipway.environment.ready", Ready, description: "1 when the version that should serve an environment is ready.");
        _meter.CreateObservableGauge("slipway.queue.age", QueueAges, unit: "s", description: "How long what waits longest for an environment has waited.");
        _meter.CreateObservableGauge("slipway.releases.bad", BadReleases, description: "Candidates flagged bad.");
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<int>> ActiveDeployments() =>
        Snapshots().SelectMany(s => s.Deployments.Values)
            .GroupBy(d => (d.Spec.Environment.Project, d.Phase))
            .Select(g => new Measurement<int>(g.Count(), Tag("project", g.Key.Project.Value), Tag("phase", DeploymentView.Word(g.Key.Phase))));

    private IEnumerable<Measurement<int>> EndedDeployments() =>
        from s in Snapshots()
        from e in s.Configuration.Environments
        from ended in s.Of(e.Name).Ended
        select new Measurement<int>(ended.Value, Tag("project", s.Configuration.Id.Value), Tag("environment", e.Name.Value),
            Tag("kind", ended.Key.Split(':')[0]), Tag("how", ended.Key.Split(':')[1]));

    private IEnumerable<Measurement<double>> Weights() =>
        Snapshots().SelectMany(s => s.Deployments.Values).Where(d => d.Confirmed is not null)
            .Select(d => new Measurement<double>((double)d.ConfirmedWeight!.Value.Percent, Tag("project", d.Spec.Environment.Project.Value), Tag("environment", d.Spec.Environment.Name.Value), Tag("candidate", d.Spec.Candidate.Candidate.Value)));

    private IEnumerable<Measurement<int>> Ready() =>
        from s in Snapshots()
        from e in s.Configuration.Environments
        where s.Of(e.Name).Stable is not null
        let version = s.Of(e.Name).Stable!.Candidate
        select new Measurement<int>(_engine.IsReady(new InstanceId(s.Configuration.Key(e), version)) ? 1 : 0,
            Tag("project", s.Configuration.Id.Value), Tag("environment", e.Name.Value), Tag("version", version.Value));

    private IEnumerable<Measurement<double>> QueueAges() =>
        from s in Snapshots()
        from e in s.Configuration.Environments
        where !s.Of(e.Name).Queue.IsEmpty
        select new Measurement<double>((_time.GetUtcNow() - s.Of(e.Name).Queue.Min(q => q.At)).TotalSeconds, Tag("project", s.Configuration.Id.Value), Tag("environment", e.Name.Value));

    private IEnumerable<Measurement<int>> BadReleases() =>
        Snapshots().Select(s => new Measurement<int>(s.Project.Bad.Count, Tag("project", s.Configuration.Id.Value)));

    private IEnumerable<ProjectSnapshot> Snapshots() => _engine.Projects.Select(_engine.Snapshot).OfType<ProjectSnapshot>();

    private static KeyValuePair<string, object?> Tag(string key, string value) => new(key, value);
}
