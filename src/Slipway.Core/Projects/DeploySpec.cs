using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Slipway.Core.Projects;

/// <summary>How an environment runs a candidate.</summary>
[JsonDerivedType(typeof(Process), "process")]
public abstract record DeploySpec
{
    private DeploySpec()
    {
    }

    /// <summary>How many instances serve everyone; 1 to 1000.</summary>
    public int Instances { get; init; } = 1;

    /// <summary>When a start that was not answered is given up.</summary>
    [JsonIgnore]
    public abstract TimeSpan StartDeadline { get; }

    /// <summary>A process on this machine, given a free loopback port.</summary>
    public sealed record Process : DeploySpec
    {
        /// <summary>
        /// Program and arguments; never a shell line. A relative program is looked up in the unpacked artifact first, then on PATH.
        /// <c>{port}</c>, <c>{artifact}</c> and <c>{version}</c> are filled in.
        /// </summary>
        public required ImmutableArray<string> Command { get; init; }

        /// <summary>Path that answers 200 to 299 once the version can serve; null: an accepted connection is enough.</summary>
        public string? Health { get; init; }

        /// <summary>How long a start may take until the health check passes.</summary>
        public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

        /// <inheritdoc/>
        [JsonIgnore]
        public override TimeSpan StartDeadline => (StartTimeout * 2) + TimeSpan.FromMinutes(5);

        /// <summary>How long a stop waits after the polite signal before it kills.</summary>
        public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(10);

        /// <summary>Extra environment variables, beside <c>PORT</c>, <c>SLIPWAY_VERSION</c>, <c>SLIPWAY_ENVIRONMENT</c> and <c>SLIPWAY_PROJECT</c>.</summary>
        public ImmutableSortedDictionary<string, string> Variables { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    }
}
