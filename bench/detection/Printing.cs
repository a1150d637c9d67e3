namespace Slipway.Bench.Detection;

/// <summary>The report for people, as Markdown tables.</summary>
internal static class Printing
{
    private const string Day = "takes a day";

    public static void Print(Report report, TextWriter to)
    {
        to.WriteLine($"seed {report.Seed}; alpha = 1 %; a ratio is candidate requests until detection over the bound, geometric mean over the weights that detect in 95 of 100 runs (so many of 4), +- standard error");
        Errors(report.Errors, to);
        Cells(report.Errors, to);
        Latency(report.Latencies, to);
        Healthy(report, to);
        Promotions(report.Promotions, to);
        Late(report.Late, to);
        Table(to, "goals", ["goal", "limit", "measured", "standard error", ""], report.Goals.Select(g => new[]
        {
            g.What, g.Limit, Number(g.Measured, g.Limit), Number(g.Error, g.Limit), g.Passes ? "pass" : "MISS",
        }));
        to.WriteLine($"\n{report.Goals.Count(g => g.Passes)} of {report.Goals.Count} goals reached");
    }

    private static void Errors(IReadOnlyList<ErrorRow> rows, TextWriter to) => Table(
        to,
        "error faults: ratio to the bound (default: to the bound of its own null; peers: at matched false alarms, within the hour)",
        ["level, fault", "restart, rho0=1", "default", "Flagger 5x1m", "Argo 1x1m", "Kayenta 5m"],
        rows.GroupBy(r => (r.Level, r.Fault)).Select(g => new[]
        {
            $"{g.Key.Level} {g.Key.Fault}", Mean(g.Select(r => r.Plain), Day), Mean(g.Select(r => r.Default), Day), Mean(g.Select(r => r.Flagger)), Mean(g.Select(r => r.Argo)), Mean(g.Select(r => r.Kayenta)),
        }));

    private static void Cells(IReadOnlyList<ErrorRow> rows, TextWriter to) => Table(
        to,
        "error faults: candidate requests until detection (seconds; share detected)",
        ["level, weight, fault", "bound", "restart, rho0=1", "default", "Flagger 5x1m", "Argo 1x1m", "Kayenta 5m"],
        rows.Select(r => new[]
        {
            $"{r.Level} {r.Weight:P0} {r.Fault}", $"{r.Bound:0.#}", Requests(r.Plain, Day), Requests(r.Default, Day), Requests(r.Flagger), Requests(r.Argo), Requests(r.Kayenta),
        }));

    private static void Latency(IReadOnlyList<LatencyRow> rows, TextWriter to) => Table(
        to,
        "latency faults, 100 requests a second: candidate requests until detection (ratio to the bound)",
        ["weight, fault", "bound", "restart", "default (5 % and 2 ms are tolerated)"],
        rows.Select(r => new[] { $"{r.Weight:P0} {r.Fault}", $"{r.Bound:0.#}", $"{Requests(r.Plain)} {r.Plain.Ratio:0.00} +- {r.Plain.Error:0.00}", Requests(r.Default) }));

    private static void Healthy(Report report, TextWriter to)
    {
        Table(
            to,
            "healthy hours that alarm, independent requests (in brackets the peers' matched limit, a multiple of the true rate)",
            ["level, weight", "restart, rho0=1", "default", "Flagger 5x1m", "Argo 1x1m", "Kayenta 5m", "Flagger as documented"],
            report.Healthy.Select(h => new[]
            {
                $"{h.Level} {h.Weight:P0}", Text(h.Plain), Text(h.Default), Text(h.Flagger, h.FlaggerLimit), Text(h.Argo, h.ArgoLimit), Text(h.Kayenta, h.KayentaLimit), Text(h.FlaggerDocs),
            }));
        Table(
            to,
            "healthy hours that alarm under noise: M, 10 % (latency: half hours)",
            ["noise", "phi", "restart, rho0=1, untempered", "default", "errors and latency as a deployment has them (hours)", "Flagger", "Argo", "Kayenta"],
            report.Noise.Select(n => new[] { n.Noise, $"{n.Phi:0.0}", Text(n.Plain), Text(n.Default), Text(n.Product), Text(n.Flagger), Text(n.Argo), Text(n.Kayenta) }));
    }

    private static void Promotions(IReadOnlyList<PromotionRow> rows, TextWriter to) => Table(
        to,
        "healthy candidates: promoted, and the mean time",
        ["level", "Slipway", "Flagger as documented"],
        rows.Select(p => new[] { p.Level, $"{p.Slipway.Value:0.0%}, {p.SlipwaySeconds:0} s", $"{p.Flagger.Value:0.0%}, {p.FlaggerSeconds:0} s" }));

    private static void Late(IReadOnlyList<LateRow> rows, TextWriter to) => Table(
        to,
        "faults that begin after half an hour, at 10 %: mean seconds until they are found (share found within two hours)",
        ["fault", "with later starts", "all staked at the start"],
        rows.Select(r => new[] { r.Fault, $"{r.Seconds:0} ({r.Found.Value:0.0%})", $"{r.StaticSeconds:0} ({r.StaticFound.Value:0.0%})" }));

    private static void Table(TextWriter to, string title, string[] head, IEnumerable<string[]> rows)
    {
        to.WriteLine($"\n{title}\n");
        to.WriteLine($"| {string.Join(" | ", head)} |");
        to.WriteLine($"|{string.Concat(head.Select(_ => "---|"))}");
        foreach (var row in rows)
            to.WriteLine($"| {string.Join(" | ", row)} |");
    }

    private static string Mean(IEnumerable<Summary?> cells, string none = "missed") =>
        Summary.Mean(cells) is { Cells: > 0 } mean ? $"{mean.Ratio:0.00} +- {mean.Error:0.00} ({mean.Cells})" : none;

    private static string Requests(Summary? summary, string none = "no limit found") => summary switch
    {
        null => none,
        { Detected: 0 } => "missed",
        _ => $"{summary.Requests:0.#} ({summary.Seconds:0} s{(summary.Detected < 1 ? $"; {summary.Detected:0.#%}" : "")})",
    };

    private static string Text(Share? share, double? limit = null) => share is not { } s ? "" : $"{s.Value:0.0#%}{(limit is null ? "" : $" (x{limit:0.##})")}";

    private static string Number(double value, string limit) => limit.Contains('%') ? $"{value:0.00%}" : limit.Contains('.') ? $"{value:0.00}" : $"{value:0}";
}
