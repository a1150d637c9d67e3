using System.Net;
using Slipway.Engine.Retention;
using Slipway.Storage;

namespace Slipway.Server;

/// <summary>How a server is run.</summary>
public sealed record ServerOptions
{
    public const int DefaultPort = 7070;
    public const int DefaultGatewayPort = 7080;

    /// <summary>The ports that OpenTelemetry's SDKs export to unless they are told otherwise.</summary>
    public const int DefaultOtlpPort = 4318;
    public const int DefaultOtlpGrpcPort = 4317;

    /// <summary>Holds the event store (unless <see cref="Database"/> does), artifacts, instances, the token: everything. Made when missing, for its owner only.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Where the API and the page are served. Loopback unless told otherwise.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, DefaultPort);

    /// <summary>Where OpenTelemetry metrics are received over HTTP; null: nowhere.</summary>
    public IPEndPoint? Otlp { get; init; } = new(IPAddress.Loopback, DefaultOtlpPort);

    /// <summary>Where OpenTelemetry metrics are received over gRPC; null: nowhere.</summary>
    public IPEndPoint? OtlpGrpc { get; init; } = new(IPAddress.Loopback, DefaultOtlpGrpcPort);

    /// <summary>Receive them from the start. Otherwise from when a project first has a source of the kind <c>otlp</c>.</summary>
    public bool OtlpAlways { get; init; }

    /// <summary>Who exports must have it; null: whoever reaches the address may export.</summary>
    public string? OtlpToken { get; init; }

    /// <summary>Where the built-in gateway serves; null: none, gateways run as processes of their own.</summary>
    public IPEndPoint? Gateway { get; init; } = new(IPAddress.Loopback, DefaultGatewayPort);

    /// <summary>How long a request may go without an answer before the built-in gateway gives it up. 1 s to 1 day.</summary>
    public TimeSpan GatewayTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>Where the built-in gateway stands, to find faults that are in one region alone; null: nobody said.</summary>
    public string? GatewayRegion { get; init; }

    /// <summary>Where the events are kept; null: in a file of the data directory.</summary>
    public PostgresAddress? Database { get; init; }

    /// <summary>How the log on the console looks.</summary>
    public LogFormat LogFormat { get; init; }

    /// <summary>
    /// Where the other servers of a cluster reach this one; null: it is alone. Several servers share a <see cref="Database"/>. Only they should
    /// reach this address: what comes there is believed.
    /// </summary>
    public IPEndPoint? Cluster { get; init; }

    /// <summary>How long what is kept.</summary>
    public RetentionPolicy Retention { get; init; } = new();

    /// <summary>Stop every instance with the server. Otherwise they go on serving, and the next server adopts them.</summary>
    public bool StopInstances { get; init; }
}
