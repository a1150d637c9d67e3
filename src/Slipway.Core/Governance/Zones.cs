using NodaTime;

namespace Slipway.Core.Governance;

/// <summary>Time zones by their IANA names. The data comes with the library, so that the answer is the same on every machine.</summary>
internal static class Zones
{
    /// <summary>All names that are known.</summary>
    public static IReadOnlyCollection<string> Names => DateTimeZoneProviders.Tzdb.Ids;

    /// <summary>Null when there is no such zone. Asked by name only: the library would also take <c>UTC+3</c>, which is no IANA name.</summary>
    public static DateTimeZone? Find(string name) => Names.Contains(name) ? DateTimeZoneProviders.Tzdb[name] : null;

    /// <summary>Whether the clocks of a zone ever show a local time; they skip some when they go forward.</summary>
    public static bool Shows(this DateTimeZone zone, DateTime local) => zone.MapLocal(LocalDateTime.FromDateTime(local)).Count > 0;

    /// <summary>The moment of a local time as RFC 5545 reads it: a time that comes twice is its first, a time that is skipped counts on from before the gap.</summary>
    public static DateTimeOffset Moment(this DateTimeZone zone, DateTime local) => zone.AtLeniently(LocalDateTime.FromDateTime(local)).ToDateTimeOffset();
}
