using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Slipway.Commands;
using Slipway.Core.Analysis;
using Slipway.Terminal;

namespace Slipway.Analysing;

/// <summary><c>slipway analysis</c>: the statistics by themselves.</summary>
internal static class AnalysisCommands
{
    private static readonly Argument<string> File = new("file") { HelpName = "FILE", Description = "A detector, its settings and windows, as JSON; - reads stdin." };

    public static Command Make(CliContext cli) => new("analysis", "Ask what the checks can see, and what other checks would have seen.") { PowerCommand.Make(cli), BacktestCommand.Make(cli), Replay(cli) };

    private static Command Replay(CliContext cli)
    {
        Command command = new("replay", "Run a detector over recorded windows, and tell what it says after each.") { File };
        command.SetAction((parsed, _) =>
        {
            var (detector, config, windows) = new RecordedReader(parsed.GetValue(File)!, cli.In).Read();
            var verdict = DetectorReplay.Run(detector, config, windows);
            object shown = detector switch
            {
                RecordedDetector.Dispersion => new { verdict.Phi, verdict.Decision, verdict.At },
                RecordedDetector.Combine => new { verdict.LogE, verdict.PValue, verdict.Decision, verdict.At },
                RecordedDetector.Threshold => new { verdict.Failed, verdict.Decision, verdict.At },
                RecordedDetector.Kayenta => Judged(verdict),
                _ => new { verdict.LogE, verdict.LogStatic, verdict.Decision, verdict.At },
            };
            new Output(cli, Globals.IsJson(parsed)).Show(shown, width => Lines(windows.Select(w => w.At).ToList(), verdict, width));
            return Task.FromResult((int)ExitCode.Ok);
        });
        return command;
    }

    private static object Judged(RecordedVerdict verdict)
    {
        var (judgement, metric) = (verdict.Judgement!, verdict.Judgement!.Metrics[0]);
        return new
        {
            Label = Word(metric.Label), metric.IsCritical, metric.Comparison?.Lower, metric.Comparison?.Upper, metric.Comparison?.Estimate,
            EffectSize = metric.Comparison is { EffectSize: var size } && double.IsFinite(size) ? size : (double?)null,
            judgement.Score, Classification = Word(judgement.Classification), verdict.Decision, verdict.At,
        };
    }

    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static IEnumerable<Line> Lines(List<double> at, RecordedVerdict verdict, int width)
    {
        static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
        (string Head, Func<int, string> Cell)[] columns = verdict switch
        {
            { Judgement: not null } => [],
            { Failed.IsEmpty: false } => [("failed", i => Number(verdict.Failed[i]))],
            { Phi.IsEmpty: false } => [("phi", i => Number(verdict.Phi[i]))],
            { PValue.IsEmpty: false } => [("log E", i => Number(verdict.LogE[i])), ("p", i => Number(verdict.PValue[i]))],
            _ => [("log E", i => Number(verdict.LogE[i])), ("log E, static", i => Number(verdict.LogStatic[i]))],
        };
        Columns table = new(["t", .. columns.Select(c => c.Head)]);
        for (var i = 0; i < at.Count && columns.Length > 0; i++)
            table.Add([new Span(Number(at[i])), .. columns.Select(c => new Span(c.Cell(i)))]);
        foreach (var line in columns.Length > 0 ? table.Lines(width) : [])
            yield return line;
        if (verdict.Judgement is { } judgement)
            yield return new Line(judgement.Summary);
        yield return verdict is { At: { } t, Decision: not "inconclusive" }
            ? new Line(new Span($"{verdict.Decision} at {Number(t)} s", verdict.Decision == "safe" ? Tone.Good : Tone.Bad))
            : new Line(new Span(verdict.Decision, Tone.Dim));
    }
}
