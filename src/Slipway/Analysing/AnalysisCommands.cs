using System.CommandLine;
using System.Globalization;
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
            object shown = detector is RecordedDetector.Dispersion
                ? new { verdict.Phi, verdict.Decision, verdict.At }
                : new { verdict.LogE, verdict.LogStatic, verdict.Decision, verdict.At };
            new Output(cli, Globals.IsJson(parsed)).Show(shown, width => Lines(windows.Select(w => w.At).ToList(), verdict, width));
            return Task.FromResult((int)ExitCode.Ok);
        });
        return command;
    }

    private static IEnumerable<Line> Lines(List<double> at, RecordedVerdict verdict, int width)
    {
        static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
        var isSpread = !verdict.Phi.IsEmpty;
        Columns table = isSpread ? new("t", "phi") : new("t", "log E", "log E, static");
        for (var i = 0; i < at.Count; i++)
            table.Add(isSpread ? [Number(at[i]), Number(verdict.Phi[i])] : [Number(at[i]), Number(verdict.LogE[i]), Number(verdict.LogStatic[i])]);
        foreach (var line in table.Lines(width))
            yield return line;
        yield return verdict.At is { } t
            ? new Line(new Span($"{verdict.Decision} at {Number(t)} s", verdict.Decision == "safe" ? Tone.Good : Tone.Bad))
            : new Line(new Span(verdict.Decision, Tone.Dim));
    }
}
