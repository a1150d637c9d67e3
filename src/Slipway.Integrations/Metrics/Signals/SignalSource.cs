using Slipway.Core.Analysis;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Metrics.Signals;

/// <summary>What something outside said with <c>slipway signal</c>: the last word for the deployment counts.</summary>
/// <param name="deployment">The deployment of an environment that is under way, if there is one.</param>
public sealed class SignalSource(Func<EnvironmentKey, Deployment?> deployment) : IMetricSource
{
    private static readonly SettingTable Table = new();

    public string Kind => "signal";

    public string? Refuses(MetricSourceSpec source, MetricQuery query) => Table.Refuses(source) ?? Shapes.Refuses(query, Kind, MetricShape.Judged);

    public Task<Measurement> MeasureAsync(MetricRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(Refuses(request.Source, request.Query) is { } problem ? new Measurement.Failed(problem) : Measure(request));

    private Measurement Measure(MetricRequest request)
    {
        var (environment, version, _) = request.Subject;
        var name = Template.Fill(request.Query.Ask["value"], request, v => v).Trim();
        if (!request.Candidate)
            return new Measurement.Nothing("signals are about the candidate, not about its baseline");
        if (deployment(environment) is not { } rollout || rollout.Spec.Candidate.Candidate != version)
            return new Measurement.Nothing($"no deployment of {version} to {environment} is under way");
        return rollout.Signals.FirstOrDefault(s => s.Name == name) is { } signal
            ? new Measurement.Judged(signal.Passed, $"{signal.By} said {(signal.Passed ? "yes" : "no")}{(signal.Why is { Length: > 0 } why ? $": {why}" : "")}")
            : new Measurement.Nothing($"nobody has sent the signal '{name}' for {version} yet: slipway signal {environment.Name} {name} pass");
    }
}
