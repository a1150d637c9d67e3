using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Core;

namespace Slipway.Cluster;

/// <summary>What servers tell each other, in the stored form of the same things: an upgrade meets servers of the version before.</summary>
internal static class ClusterJson
{
    private static readonly JsonSerializerOptions Options = new(SlipwayJson.Options) { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    public static T Read<T>(string text) => JsonSerializer.Deserialize<T>(text, Options) ?? throw new JsonException($"no {typeof(T).Name} in an answer of another server");
}
