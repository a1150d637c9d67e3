using System.CommandLine;
using System.Globalization;
using Slipway.Commands;
using Slipway.Core.Analysis;
using Slipway.Core.Analysis.Power;
using Slipway.Core.Traffic;
using Slipway.Simulating;
using Slipway.Terminal;

namespace Slipway.Analysing;

/// <summary><c>slipway analysis power</c>: how long the checks need to see a fault of each size, and to say safe.</summary>
internal static class PowerCommand
{
    private static readonly Option<double> Rps = new("--rps") { HelpName = "N", Description = "Requests a second of the whole service.", Required = true };
    private static readonly Option<string> Errors = new("--error-rate") { HelpName = "PERCENT", Description = "Share of requests that fail when everything is healthy, such as 0.5%.", Required = true };
    private static readonly Option<string> Share = new("--weight") { HelpName = "PERCENT", Description = "Share of the users on the candidate.", DefaultValueFactory = _ => "5%" };
    private static readonly Option<string> Median = new("--latency") { HelpName = "TIME", Description = "Half of the requests are answered within this.", DefaultValueFactory = _ => "80ms" };
    private static readonly Option<double?> Alpha = new("--alpha") { HelpName = "CHANCE", Description = "Chance of ever stopping a healthy release, all checks together; six tenths of it go to errors and four to latency." };
    private static readonly Option<string?> Document = new("--checks") { HelpName = "FILE", Description = "Take the checks of this document; errors and latency with their defaults when left out." };
    private static readonly Option<string?> Environment = new("--environment", "-e") { HelpName = "ENVIRONMENT", Description = "Whose checks of the document." };
    private static readonly Option<string[]> Set = new("--set") { HelpName = "CHECK.SETTING=VALUE", Description = "Change a setting, such as errors.tolerance=1, or turn a check off: latency=off.", DefaultValueFactory = _ => [] };
    private static readonly Option<string> Within = new("--within") { HelpName = "TIME", Description = "How long anybody would wait: what takes longer is warned of.", DefaultValueFactory = _ => "1h" };

    public static Command Make(CliContext cli)
    {
        Command command = new("power", "Say how long the checks need to see a fault of each size, and to say safe.") { Rps, Errors, Share, Median, Alpha, Document, Environment, Set, Within };
        command.SetAction((parsed, _) =>
        {
            var project = parsed.GetValue(Document) is { } file ? Documents.Project(file) : null;
            var traffic = Traffic(parsed.GetValue(Rps), parsed.GetValue(Errors)!) with
            {
                MedianLatency = Time("--latency", parsed.GetValue(Median)!),
                HasRoutes = project?.Service is { Routes.IsDefaultOrEmpty: false },
            };
            var weight = Weighed(parsed.GetValue(Share)!);
            var checks = project is not null ? TriedChecks.Of(project, parsed.GetValue(Document)!, parsed.GetValue(Environment)) : [new CheckSpec.Errors(), new CheckSpec.Latency()];
            if (parsed.GetValue(Alpha) is { } alpha)
                checks = TriedChecks.With(checks, [FormattableString.Invariant($"errors.alpha={0.6 * alpha:0.############}"), FormattableString.Invariant($"latency.alpha={0.4 * alpha:0.############}")]);
            checks = TriedChecks.With(checks, parsed.GetValue(Set)!);
            var (report, within) = (DetectionPower.Of(traffic, weight, checks), Time("--within", parsed.GetValue(Within)!));
            var warnings = new[] { PowerAdvice.Blind($"weight {weight}", traffic, weight, checks, within), PowerAdvice.Uncertain($"weight {weight}", traffic, weight, weight, checks, within) }.OfType<Core.Configuration.Problem>().ToList();
            new Output(cli, Globals.IsJson(parsed)).Show(new { report.Traffic, report.Weight, report.Faults, report.Gates, Warnings = warnings }, width => Lines(report, warnings, width));
            return Task.FromResult((int)ExitCode.Ok);
        });
        return command;
    }

    /// <summary>The traffic that options describe. A share may be written with its sign or without.</summary>
    public static ServiceTraffic Traffic(double requestsPerSecond, string errorRate)
    {
        if (requestsPerSecond is not (> 0 and <= 10_000_000))
            throw Refusal.Usage("--rps", $"{requestsPerSecond} is no traffic", "give a number above 0, such as 100 or 0.2");
        return Percent(errorRate) is { } percent and >= 0 and < 100
            ? new ServiceTraffic(requestsPerSecond, (double)percent / 100)
            : throw Refusal.Usage("--error-rate", $"'{errorRate}' is no share of requests", "write it like 0.5%");
    }

    private static Weight Weighed(string text) => Percent(text) is { } percent && Weight.FromPercent(percent) is { Value: > 0 } weight
        ? weight
        : throw Refusal.Usage("--weight", $"'{text}' is no share of users", "write it like 5%, above 0 and up to 100, not finer than 0.001");

    private static decimal? Percent(string text) => decimal.TryParse(text.TrimEnd('%', ' '), NumberStyles.Float, CultureInfo.InvariantCulture, out var percent) ? percent : null;

    private static TimeSpan Time(string option, string text) =>
        text.EndsWith("ms", StringComparison.Ordinal) && double.TryParse(text[..^2], NumberStyles.Float, CultureInfo.InvariantCulture, out var ms) && ms is > 0 and < 1e6 ? TimeSpan.FromMilliseconds(ms)
        : Figures.ParseDuration(text) ?? throw Refusal.Usage(option, $"'{text}' is no time", "write it like 80ms, 90s, 10m or 1h30m");

    private static IEnumerable<Line> Lines(PowerReport report, List<Core.Configuration.Problem> warnings, int width)
    {
        yield return new Line(new Span($"{report.Weight} of {Figures.PerSecond(report.Traffic.RequestsPerSecond)}, of which {Figures.Rate(report.Traffic.ErrorRate)} fail when healthy", Tone.Strong));
        Columns faults = new("a candidate with", "fails", "is seen within", "9 of 10", "requests", "failed");
        foreach (var f in report.Faults)
            faults.Add(new Span(f.Name), new Span(Figures.Rate(f.ErrorRate)), new Span(Text(f.Delay.Median)), new Span(Text(f.Delay.NineOfTen)), new Span(Number(f.Requests)), new Span(Number(f.Failed)));
        foreach (var line in faults.Lines(width))
            yield return line;
        yield return Line.Empty;
        Columns gates = new("a healthy one is safe at", "margin", "within", "9 of 10", "requests");
        foreach (var g in report.Gates)
            gates.Add(new Span(g.Exposure.ToString()), new Span(FormattableString.Invariant($"{g.Ratio:0.##}x + {Figures.Rate(g.Difference)}")), new Span(Text(g.Delay.Median)), new Span(Text(g.Delay.NineOfTen)), new Span(Number(g.Requests)));
        foreach (var line in gates.Lines(width))
            yield return line;
        foreach (var line in warnings.SelectMany(w => Wrap.Hanging("  ", $"! {w.Code}: {w.Message}; {w.Remedy}", width, Tone.Warn)))
            yield return line;
    }

    private static string Text(TimeSpan? time) => time is { } t ? Figures.Duration(t) : $"> {Figures.Duration(Delay.Horizon)}";

    private static string Number(double? number) => number switch
    {
        null => "-",
        < 10 => number.Value.ToString("0.#", CultureInfo.InvariantCulture),
        _ => Figures.Count((long)Math.Round(number.Value)),
    };
}
