using Google.Protobuf;
using Slipway.Cluster.Exports;
using Slipway.Integrations.Metrics.Otlp;
using Slipway.Integrations.Metrics.Otlp.Wire;

namespace Slipway.Server.Otlp;

/// <summary>Where exports arrive: of apps, which the other servers of a cluster are told of, and of those servers.</summary>
/// <param name="relay">Null: there are no others.</param>
internal sealed class OtlpInbox(OtlpStore store, IExportRelay? relay) : IExportSink
{
    /// <summary>Takes what an app exports.</summary>
    public ExportMetricsServiceResponse Take(ExportMetricsServiceRequest request)
    {
        var answer = store.Take(request);
        relay?.HandOn(request.ToByteArray());
        return answer;
    }

    public void Take(byte[] export) => store.Take(ExportMetricsServiceRequest.Parser.WithDiscardUnknownFields(true).ParseFrom(export));
}
