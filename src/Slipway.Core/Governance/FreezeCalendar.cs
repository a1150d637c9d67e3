using Slipway.Core.Projects;

namespace Slipway.Core.Governance;

/// <summary>
/// Whether deployments may begin. Pure. Open is where no deny lasts and, if there is any allow, one of them lasts. A stop of the line outranks
/// all windows.
/// </summary>
public static class FreezeCalendar
{
    /// <summary>Stretches looked at, of all denies and of all allows: years of the usual ones, and an end for those that never end.</summary>
    private const int MostStretches = 2000;

    /// <summary>Windows that one sentence names.</summary>
    private const int MostNames = 3;

    /// <param name="windows">All there are; those that are about something else do not matter.</param>
    /// <param name="stops">Likewise.</param>
    /// <param name="tier">The environment's tier.</param>
    public static WindowState At(IEnumerable<FreezeWindow> windows, IEnumerable<LineStop> stops, EnvironmentKey environment, Tier tier, DateTimeOffset now, EnvironmentName? fleet = null)
    {
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(stops);
        if (stops.Where(s => s.Scope.Covers(environment, tier, fleet)).MinBy(s => s.At) is { } stop)
            return new WindowState(false, $"the line is stopped by {stop.By}: {stop.Why}", null, null, true);
        var matching = windows.Where(w => w.Scope.Covers(environment, tier, fleet)).OrderBy(w => w.Name.Value, StringComparer.Ordinal).ToList();
        if (matching.Count == 0)
            return WindowState.Open;
        var denies = matching.Where(w => w.Kind is FreezeKind.Deny).ToList();
        var allows = matching.Where(w => w.Kind is FreezeKind.Allow).ToList();
        var open = FirstOpen(allows.Count == 0 ? [Stretch.Always] : Union(allows, now), Union(denies, now), now);
        return open is { } o && o.Start <= now
            ? new WindowState(true, WhyOpen(allows, now), null, Known(o.End), false)
            : Closed(denies, allows, open, now);
    }

    private static WindowState Closed(List<FreezeWindow> denies, List<FreezeWindow> allows, Stretch? open, DateTimeOffset now)
    {
        var active = denies.Where(d => d.IsActive(now)).ToList();
        var closing = active.Count > 0 ? active : allows;
        var holds = closing.Any(w => w.Holds) || (!allows.Exists(a => a.IsActive(now)) && allows.Exists(a => a.Holds));
        return new WindowState(false, active.Count > 0 ? WhyDenied(active) : $"no allowed time: outside {Named(allows)}", open?.Start, Known(open?.End), holds);
    }

    private static string WhyDenied(List<FreezeWindow> active) => active.Find(w => w.Schedule.Stretches(DateTimeOffset.MinValue) is null) is { } unreadable
        ? $"the freeze {unreadable.Told} cannot be read: set it again"
        : $"frozen by {Named(active)}";

    private static string WhyOpen(List<FreezeWindow> allows, DateTimeOffset now) =>
        allows.Count == 0 ? WindowState.Open.Why : $"allowed by {Named([.. allows.Where(a => a.IsActive(now))])}";

    private static string Named(List<FreezeWindow> windows) =>
        string.Join(" and ", windows.Take(MostNames).Select(w => w.Told)) + (windows.Count > MostNames ? $" and {windows.Count - MostNames} more" : "");

    private static DateTimeOffset? Known(DateTimeOffset? time) => time == DateTimeOffset.MaxValue ? null : time;

    /// <summary>The stretch that is open now, or the first one that will be; null when none is in sight.</summary>
    private static Stretch? FirstOpen(IEnumerable<Stretch> allowed, IEnumerable<Stretch> denied, DateTimeOffset now)
    {
        using var deny = denied.GetEnumerator();
        var more = deny.MoveNext();
        foreach (var allow in allowed)
        {
            var start = allow.Start > now ? allow.Start : now;
            while (more && deny.Current.End <= start)
                more = deny.MoveNext();
            if (more && deny.Current.Start <= start)
            {
                start = deny.Current.End;
                if (start >= allow.End)
                    continue;
                more = deny.MoveNext();
            }

            return new Stretch(start, more && deny.Current.Start < allow.End ? deny.Current.Start : allow.End);
        }

        return null;
    }

    /// <summary>
    /// All stretches of some windows that end later than a moment, those that overlap or touch made one. After so many that nobody plans
    /// that far, the last one lasts for ever: what lies behind it is not known.
    /// </summary>
    private static IEnumerable<Stretch> Union(List<FreezeWindow> windows, DateTimeOffset after)
    {
        Stretch? whole = null;
        var looked = 0;
        foreach (var next in Merge(windows, after))
        {
            if (whole is { } current && next.Start > current.End)
            {
                yield return current;
                whole = next;
            }
            else
            {
                whole = whole is { } begun ? begun with { End = next.End > begun.End ? next.End : begun.End } : next;
            }

            if (++looked == MostStretches)
            {
                whole = whole.Value with { End = DateTimeOffset.MaxValue };
                break;
            }
        }

        if (whole is { } last)
            yield return last;
    }

    /// <summary>The stretches of several windows by their start.</summary>
    private static IEnumerable<Stretch> Merge(List<FreezeWindow> windows, DateTimeOffset after)
    {
        var heads = new PriorityQueue<IEnumerator<Stretch>, DateTimeOffset>();
        foreach (var stretches in windows.Select(w => w.Stretches(after).GetEnumerator()).Where(s => s.MoveNext()))
            heads.Enqueue(stretches, stretches.Current.Start);
        while (heads.TryDequeue(out var stretches, out _))
        {
            yield return stretches.Current;
            if (stretches.MoveNext())
                heads.Enqueue(stretches, stretches.Current.Start);
            else
                stretches.Dispose();
        }
    }
}
