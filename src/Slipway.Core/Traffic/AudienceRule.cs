using System.Collections.Immutable;

namespace Slipway.Core.Traffic;

/// <summary>Who belongs to an audience. A request belongs when any one of the entries matches; an empty rule matches nobody.</summary>
public sealed record AudienceRule
{
    public ImmutableArray<NameValue> Headers { get; init; } = [];

    public ImmutableArray<NameValue> Cookies { get; init; } = [];

    /// <summary>Client networks such as <c>10.0.0.0/8</c> or <c>fd00::/8</c>.</summary>
    public ImmutableArray<string> Cidrs { get; init; } = [];

    /// <summary>User keys, compared exactly.</summary>
    public ImmutableArray<string> Users { get; init; } = [];

    /// <summary>By content: two rules that say the same are the same.</summary>
    public bool Equals(AudienceRule? other) =>
        other is not null && Headers.SequenceEqual(other.Headers) && Cookies.SequenceEqual(other.Cookies)
        && Cidrs.SequenceEqual(other.Cidrs) && Users.SequenceEqual(other.Users);

    public override int GetHashCode() => HashCode.Combine(Headers.Length, Cookies.Length, Cidrs.FirstOrDefault(), Users.FirstOrDefault());
}

/// <summary>A header's or cookie's name (header names ignore case) and the exact value asked for.</summary>
public sealed record NameValue(string Name, string Value);
