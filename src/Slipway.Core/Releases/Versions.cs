using System.Globalization;
using Slipway.Core.Projects;

namespace Slipway.Core.Releases;

/// <summary>Makes the next version for a release that is created without one.</summary>
public static class Versions
{
    public static CandidateId Next(ProjectState state, DateTimeOffset now) => state.Project?.Versions switch
    {
        VersionScheme.Semver => NextPatch(state),
        _ => NextOfDay(state, now),
    };

    private static CandidateId NextOfDay(ProjectState state, DateTimeOffset now)
    {
        var day = now.UtcDateTime.ToString("yyyy.MM.dd", CultureInfo.InvariantCulture);
        return Enumerable.Range(1, state.Candidates.Length + 1).Select(n => new CandidateId($"{day}-{n}")).First(id => state.Find(id) is null);
    }

    private static CandidateId NextPatch(ProjectState state)
    {
        var newest = Highest(state) is { } id ? Read(id) : null;
        return new CandidateId(newest is null ? "0.1.0" : $"{newest.Major}.{newest.Minor}.{newest.Build + 1}");
    }

    /// <summary>The candidate with the highest semantic version; null when none has one.</summary>
    internal static CandidateId? Highest(ProjectState state) => state.Candidates.Where(c => Read(c.Id) is not null).MaxBy(c => Read(c.Id))?.Id;

    private static Version? Read(CandidateId id) => Version.TryParse(id.Value, out var v) && v.Build >= 0 ? v : null;
}
