using Slipway.Core.Analysis;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Resilience;

/// <summary>A metric source behind a bulkhead for each server that is asked: one that is dead blinds the checks that need it and no others.</summary>
public sealed class GuardedMetricSource(IMetricSource guarded, TimeProvider time) : IMetricSource, IDisposable
{
    private static readonly BulkheadSize Size = new(8, 64);

    private readonly Bulkheads<MetricSourceSpec> _bulkheads = new("metrics", s => $"metric source {s.Name}", Size, time);

    public string Kind => guarded.Kind;

    public string? Refuses(MetricSourceSpec source, MetricQuery query) => guarded.Refuses(source, query);

    public TimeSpan Delay(MetricSourceSpec source) => guarded.Delay(source);

    public void Dispose() => (guarded as IDisposable)?.Dispose();

    public async Task<Measurement> MeasureAsync(MetricRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await _bulkheads.RunAsync(request.Source, Patience.Answer, token => guarded.MeasureAsync(request, token), cancellationToken);
        }
        catch (AskAgainException e)
        {
            return new Measurement.Failed(e.Message);
        }
    }
}
