using System.IO.Compression;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Slipway.Integrations.Metrics.Otlp;
using Slipway.Integrations.Metrics.Otlp.Wire;

namespace Slipway.Server.Otlp;

/// <summary>Exports over HTTP: protobuf, as it is or packed with gzip.</summary>
internal static class OtlpEndpoint
{
    /// <summary>Largest export as it is sent, in bytes.</summary>
    public const int MostSent = 4 << 20;

    /// <summary>Largest export once it is unpacked, in bytes.</summary>
    public const int MostUnpacked = 16 << 20;

    private const string Protobuf = "application/x-protobuf";

    public static async Task<IResult> TakeAsync(HttpContext context, OtlpInbox inbox)
    {
        var type = context.Request.ContentType ?? "";
        if (!type.StartsWith(Protobuf, StringComparison.OrdinalIgnoreCase))
            return Refused(StatusCodes.Status415UnsupportedMediaType, $"'{type}' cannot be read; export {Protobuf} (OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf)");
        var encoding = context.Request.Headers.ContentEncoding.ToString();
        if (encoding is not ("" or "identity" or "gzip"))
            return Refused(StatusCodes.Status415UnsupportedMediaType, $"'{encoding}' cannot be unpacked; export with gzip, or as it is");
        try
        {
            await using var body = encoding == "gzip" ? new GZipStream(context.Request.Body, CompressionMode.Decompress) : context.Request.Body;
            return await ReadAsync(body, context.RequestAborted) is { } export
                ? Results.Bytes(inbox.Take(ExportMetricsServiceRequest.Parser.WithDiscardUnknownFields(true).ParseFrom(export)).ToByteArray(), Protobuf)
                : Refused(StatusCodes.Status413PayloadTooLarge, $"an export may have {MostUnpacked >> 20} MiB; export fewer series, or in parts");
        }
        catch (BadHttpRequestException e)
        {
            return Refused(e.StatusCode, $"an export may have {MostSent >> 20} MiB as it is sent; use gzip, or export fewer series");
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidDataException)
        {
            return Refused(StatusCodes.Status400BadRequest, $"this is no export of metrics: {e.Message}");
        }
    }

    /// <summary>As the protocol has it: a status in protobuf.</summary>
    public static IResult Refused(int status, string why) => new Refusal(status, why);

    private static async Task<byte[]?> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        using MemoryStream read = new();
        var buffer = new byte[64 << 10];
        while (await body.ReadAsync(buffer, cancellationToken) is > 0 and var got)
        {
            if (read.Length + got > MostUnpacked)
                return null;
            read.Write(buffer, 0, got);
        }

        return read.ToArray();
    }

    private sealed class Refusal(int status, string why) : IResult
    {
        public Task ExecuteAsync(HttpContext context)
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = Protobuf;
            return context.Response.Body.WriteAsync(new RpcStatus { Message = why }.ToByteArray()).AsTask();
        }
    }
}
