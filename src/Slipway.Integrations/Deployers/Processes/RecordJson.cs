using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Slipway.Core;
using Slipway.Core.Projects;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>How records are written: as everything is, less the number of instances, which is nothing that one process is started from.</summary>
internal static class RecordJson
{
    public static JsonSerializerOptions Options { get; } = new(SlipwayJson.Options) { TypeInfoResolver = new DefaultJsonTypeInfoResolver().WithAddedModifier(WithoutInstances) };

    private static void WithoutInstances(JsonTypeInfo type)
    {
        if (typeof(DeploySpec).IsAssignableFrom(type.Type) && type.Properties.FirstOrDefault(p => p.Name == "instances") is { } instances)
            type.Properties.Remove(instances);
    }
}
