using Grpc.Core;
using Slipway.Integrations.Metrics.Otlp.Wire;

namespace Slipway.Server.Otlp;

/// <summary>Exports over gRPC.</summary>
internal sealed class OtlpService(OtlpInbox inbox) : MetricsService.MetricsServiceBase
{
    public override Task<ExportMetricsServiceResponse> Export(ExportMetricsServiceRequest request, ServerCallContext context) => Task.FromResult(inbox.Take(request));
}
