namespace Slipway.Bench.Soak;

/// <summary>
/// Whether what is held in memory stays as it is: by the median of what it grows by a day between any two days after the first third, so that a table
/// that doubles once does not count as growth.
/// </summary>
/// <param name="Flat">Whether a deployment leaves less behind than <see cref="Limit"/>.</param>
internal sealed record Verdict(bool Flat, string Words)
{
    /// <summary>
    /// Bytes that one deployment may leave in memory for ever. Who is bad is remembered (the last release of each day is); anything more is a leak.
    /// </summary>
    public const double Limit = 100;

    public static Verdict Of(IReadOnlyList<Day> days, int deploymentsADay)
    {
        var warm = days.Skip(days.Count / 3).ToList();
        var slopes = warm.SelectMany((a, i) => warm.Skip(i + 1).Select(b => (b.Managed - a.Managed) / (double)(b.Number - a.Number))).Order().ToList();
        var slope = slopes[slopes.Count / 2];
        var each = slope / deploymentsADay;
        var handles = warm[^1].Handles - warm[0].Handles;
        var flat = each <= Limit && handles <= 10;
        return new(flat, $"{(flat ? "flat" : "growing")}: {slope / 1024:N1} kB a day, {each:N0} bytes a deployment (limit {Limit:N0}), {handles} handles more at the end than after a third");
    }
}
