using System.Text.Json;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>What an instance was started from. Another recipe means another process; another number of instances does not.</summary>
internal sealed record Recipe(Artifact Artifact, DeploySpec.Process Deploy)
{
    /// <summary>By content: the lists inside compare by reference otherwise.</summary>
    public bool IsSameAs(Recipe? other) =>
        other is not null && JsonSerializer.Serialize(this, RecordJson.Options) == JsonSerializer.Serialize(other, RecordJson.Options);
}
