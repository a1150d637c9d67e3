using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Slipway.Core.Projects;

/// <summary>How a candidate that is eligible comes into an environment.</summary>
[JsonDerivedType(typeof(Manual), "manual")]
[JsonDerivedType(typeof(Automatic), "automatic")]
[JsonDerivedType(typeof(Approved), "approved")]
public abstract record PromotionPolicy
{
    private PromotionPolicy()
    {
    }

    /// <summary>When a person promotes or deploys it.</summary>
    public sealed record Manual : PromotionPolicy;

    /// <summary>By itself, this long after it succeeded in every environment before (at once in an environment with none before).</summary>
    public sealed record Automatic(TimeSpan After) : PromotionPolicy;

    /// <summary>Started by itself, but its first step waits for this many of these people (anyone when empty).</summary>
    public sealed record Approved(ImmutableArray<string> By, int Count) : PromotionPolicy
    {
        /// <summary>Whether who made the release or asked for the deployment may approve it too.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool NotAuthor { get; init; }
    }
}
