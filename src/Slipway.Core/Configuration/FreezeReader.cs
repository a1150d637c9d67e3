using System.Collections.Immutable;
using System.Globalization;
using Slipway.Core.Governance;
using Slipway.Core.Projects;

namespace Slipway.Core.Configuration;

/// <summary>Reads the freeze windows of a project: <c>{ name: weekend, deny: { rule, from, for, zone }, tier: production, reason: ... }</c>.</summary>
internal static class FreezeReader
{
    private const string Example = "{ name: weekend, deny: { rule: FREQ=WEEKLY;BYDAY=FR, from: 2026-01-02T17:00, for: 63h, zone: Europe/Berlin } }";

    /// <summary>What a local time looks like; the first is the one that messages show.</summary>
    private static readonly string[] Times = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss"];

    public static ImmutableArray<FreezeWindow> Read(Value list, ProjectId? project) =>
        [.. (list.Items("a list of windows, each such as " + Example, Limits.Freezes) ?? []).Select(item => Window(item, project) ?? Unreadable)];

    private static FreezeWindow? Window(Value value, ProjectId? project)
    {
        if (value.Mapping(Example) is not { } fields)
            return null;
        var name = fields.Required("name", "name: weekend")?.Name();
        var (deny, allow) = (fields.Optional("deny"), fields.Optional("allow"));
        var named = project is null && fields.Optional("project") is { } only ? only.Name() : null;
        var (tier, environments) = (fields.Optional("tier"), fields.Optional("environments"));
        var reason = fields.Optional("reason")?.Line("why, such as nobody is at work");
        var holds = fields.Optional("holds")?.Word(("true", true), ("false", false)) ?? false;
        fields.End();
        if (deny is null && allow is null)
            value.Report(ProblemCode.MissingKey, "the freeze neither denies nor allows anything", $"write deny or allow, such as {Example}");
        var scope = new FreezeScope
        {
            Project = project ?? (named is null ? null : ProjectId.From(named)),
            Tier = tier?.Word(("development", Tier.Development), ("staging", Tier.Staging), ("production", Tier.Production)),
            Environments = [.. (environments?.AtLeastOne("[production]", Scalars.Name) ?? []).Select(EnvironmentName.From)],
        };
        return fields.Exclude("deny", "allow") & fields.Exclude("tier", "environments") && (deny ?? allow) is { } when && Schedule(when) is { } schedule && name is not null
            ? new FreezeWindow { Name = FreezeName.From(name), Kind = deny is not null ? FreezeKind.Deny : FreezeKind.Allow, Scope = scope, Schedule = schedule, Reason = reason, Holds = holds }
            : null;
    }

    private static FreezeSchedule? Schedule(Value value)
    {
        if (value.Mapping("{ rule: FREQ=WEEKLY;BYDAY=FR, from: 2026-01-02T17:00, for: 63h, zone: Europe/Berlin }, or { from, until, zone } for once") is not { } fields)
            return null;
        var recurs = fields.Has("rule") || fields.Has("for");
        var alone = fields.Exclude("rule", "until") & fields.Exclude("for", "until");
        var from = fields.Required("from", "from: 2026-01-02T17:00");
        var zone = fields.Required("zone", "zone: Europe/Berlin")?.Line("zone: Europe/Berlin");
        var until = recurs ? fields.Optional("until") : fields.Required("until", "until: 2026-01-05T08:00; or rule and for, when it recurs");
        var rule = recurs && alone ? fields.Required("rule", "rule: FREQ=WEEKLY;BYDAY=FR")?.Line("rule: FREQ=WEEKLY;BYDAY=FR") : null;
        var duration = recurs && alone ? fields.Required("for", "for: 63h")?.PositiveDuration() : null;
        fields.End();
        return from is not { } start || zone is null || !alone ? null
            : recurs ? rule is not null && duration is { } lasts && Local(start) is { } first ? new FreezeSchedule.Recurring(rule, first, lasts, zone) : null
            : until is { } end ? Once(start, end, zone, $"{value.Path}.zone") : null;
    }

    private static FreezeSchedule.Once? Once(Value from, Value until, string zone, string zonePath)
    {
        var (start, end) = (Local(from), Local(until));
        var known = FreezeRules.CheckZone(zone, zonePath, from.Findings);
        if (start is not { } first || end is not { } last || !known)
            return null;
        return FreezeRules.CheckYear(first, from.Path, from.Findings) & FreezeRules.CheckYear(last, until.Path, from.Findings)
            && FreezeRules.CheckShown(first, zone, from.Path, from.Findings) & FreezeRules.CheckShown(last, zone, until.Path, from.Findings)
            ? new FreezeSchedule.Once(Zones.Find(zone)!.Moment(first), Zones.Find(zone)!.Moment(last))
            : null;
    }

    private static DateTime? Local(Value value)
    {
        if (value.Text("a local time such as 2026-01-02T17:00") is not { } text)
            return null;
        if (DateTime.TryParseExact(text, Times, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return time;
        value.Report(ProblemCode.BadValue, $"{value.Shown} is no local time", "write date and time of day without an offset, such as 2026-01-02T17:00; the zone stands beside it");
        return null;
    }

    /// <summary>Keeps the numbering of those that come after one that could not be read; no rule asks about it.</summary>
    private static FreezeWindow Unreadable { get; } = new()
    {
        Name = FreezeName.From(""),
        Kind = FreezeKind.Deny,
        Schedule = new FreezeSchedule.Once(DateTimeOffset.MinValue, DateTimeOffset.MinValue),
    };
}
