using System.Text.Json.Serialization;

namespace Slipway.Core.Traffic;

/// <summary>An environment's share of its project's live traffic.</summary>
[JsonDerivedType(typeof(Everyone), "everyone")]
[JsonDerivedType(typeof(Audience), "audience")]
[JsonDerivedType(typeof(Percent), "percent")]
[JsonDerivedType(typeof(Rest), "rest")]
[JsonDerivedType(typeof(None), "none")]
public abstract record Slice
{
    private Slice()
    {
    }

    /// <summary>All traffic to the environment's own hosts; shares nothing with other environments.</summary>
    public sealed record Everyone(System.Collections.Immutable.ImmutableArray<string> Hosts) : Slice;

    /// <summary>Requests that belong to the audience, before any percentage is looked at.</summary>
    public sealed record Audience(AudienceRule Rule) : Slice;

    /// <summary>A fixed share of the users who are in no audience. Ranges are laid end to end in the order of the environments.</summary>
    public sealed record Percent(Weight Share) : Slice;

    /// <summary>Whoever no other environment takes.</summary>
    public sealed record Rest : Slice;

    /// <summary>No live traffic at all.</summary>
    public sealed record None : Slice;
}
