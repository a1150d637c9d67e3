using System.Globalization;

namespace Slipway.Core.Analysis;

/// <summary>How reports write numbers, whatever the machine's culture is.</summary>
internal static class Sentences
{
    public static string Text(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    public static string Requests(long count) => count == 1 ? "1 request" : $"{Count(count)} requests";

    public static string Clients(long count) => count == 1 ? "1 client" : $"{Count(count)} clients";

    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.00##} %");

    public static string Share(long part, long whole) =>
        whole == 0 ? "unknown" : string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / whole:0.00} %");

    /// <summary>Evidence as odds; whole numbers from 10 on, powers of ten from a million on.</summary>
    public static string Odds(double log) => log switch
    {
        >= 13.8155 => Text($"10^{Math.Floor(log / Math.Log(10)):0} to 1"),
        >= 2.3 => Text($"{Math.Exp(log):N0} to 1"),
        >= -4.6 => Text($"{Math.Exp(log):0.0#} to 1"),
        _ => "less than 0.01 to 1",
    };

    public static string Evidence(double log, double limit) => $"evidence {Odds(log)} against a limit of {Odds(limit)}";

    /// <summary>Which stratum a sentence is about; nothing when it is about the whole.</summary>
    public static string In(string? stratum) => stratum is null ? "" : $"In {Words(stratum)}: ";

    /// <summary>While a check has not failed: which stratum would be to blame, once there is more evidence of a defect than against one.</summary>
    public static string Suspect<T>(Stratified<T> parts, string? told) where T : class, IPart =>
        told is null && parts.LogEvidence > 0 && parts.Strongest.Name is { } stratum ? $", most of it from {Words(stratum)}" : "";

    /// <summary>What it is parted by and which part it is, which may have slashes of its own.</summary>
    private static string Words(string stratum) => stratum.IndexOf('/') is > 0 and var slash ? $"{stratum[..slash]} {stratum[(slash + 1)..]}" : stratum;

    public static string Time(TimeSpan time) => time.TotalSeconds switch
    {
        < 1 => Text($"{time.TotalMilliseconds:0.#} ms"),
        < 120 => Text($"{time.TotalSeconds:0.##} s"),
        _ => Text($"{Math.Floor(time.TotalMinutes):0} min"),
    };
}
