using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Slipway.Api;
using Slipway.Demo.Load;
using Slipway.Terminal;

namespace Slipway.Demo;

/// <summary>Shows the demo: a live screen on a terminal, lines elsewhere, and with JSON one object at the end and nothing else on standard output.</summary>
internal sealed class DemoScreen(DemoOptions options, DemoServer server, TrafficLedger ledger, LoadGenerator load, DemoWitness witness, CliContext cli)
{
    private static readonly JsonSerializerOptions Json = new(SlipwayClient.Json) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<string> _story = [];
    private long _shown;

    internal delegate Task<DemoReport> Story(Action<string> say, Action<StatusResponse> show, Action<DemoReport> finish);

    public async Task<DemoReport> RunAsync(Story story)
    {
        Say($"page: {Page}");
        if (options.Json || !cli.OutIsTerminal)
            return await story(Say, Lines, Finish);
        DemoReport? report = null;
        await new LiveScreen(cli, cli.Out).RunAsync(async draw =>
            report = await story(_story.Add, status => draw((width, height) => Screen(status, width, height)), done => _story.Add(Words(done)[^1])));
        foreach (var line in Words(report!))
            await cli.Out.WriteLineAsync(line);
        return report!;
    }

    private string Page => $"{server.Api}#token={server.Token}";

    private TextWriter Talk => options.Json ? cli.Error : cli.Out;

    private void Say(string text)
    {
        Talk.WriteLine(text);
        Talk.Flush();
    }

    /// <summary>The events as they come, for a file or a pipe.</summary>
    private void Lines(StatusResponse status)
    {
        foreach (var e in witness.Events.Where(e => e.Position > _shown))
        {
            _shown = e.Position;
            Say(EventLines.Of(e).ToString());
        }
    }

    private void Finish(DemoReport report)
    {
        if (options.Json)
        {
            cli.Out.WriteLine(JsonSerializer.Serialize(report, Json));
            cli.Out.Flush();
            return;
        }

        foreach (var line in Words(report))
            Say(line);
    }

    private System.Collections.Immutable.ImmutableArray<Line> Screen(StatusResponse status, int width, int height) =>
        LiveView.Lines(new LiveModel(status, witness.Events, [.. Header()]), width, height);

    private Line[] Header()
    {
        var (total, bad) = (ledger.Total, ledger.CountsOf(DemoRun.Bad));
        var outside = total.Failures - (options.Fault is Fault.None ? 0 : bad.Failures);
        return
        [
            new Line([new Span("Slipway demo  ", Tone.Strong), new Span(Page, Tone.Dim)]),
            .. _story.TakeLast(2).Select((s, i) => new Line(new Span(s, i == Math.Min(1, _story.Count - 1) ? Tone.Strong : Tone.Dim))),
            new Line([Text($"seen by {options.Users:N0} users: {total.Requests:N0} requests, "), new Span(Text($"{outside:N0} failed"), outside == 0 ? Tone.Good : Tone.Bad),
                bad.Requests == 0 ? "" : Text($"; {DemoRun.Bad}: {bad.Requests:N0} requests by {bad.Users:N0} users, {bad.Failures:N0} failed"),
                load.Skipped == 0 ? "" : Text($"; {load.Skipped:N0} could not be sent")]),
        ];
    }

    private static IReadOnlyList<string> Words(DemoReport report) =>
    [
        "",
        .. report.Releases.Select(Words),
        Text($"traffic  {report.Traffic.Requests:N0} requests, {report.Traffic.FailedOutsideBad:N0} failed outside the bad version; {report.Traffic.UsersExposedToBad:N0} users met the bad version, {report.Traffic.UsersWhoFlapped:N0} flapped, {report.Traffic.OutsidersInDogfood:N0} outsiders in dogfood"),
        $"now      {string.Join(", ", report.Environments.Select(e => $"{e.Name} {e.Version ?? "nothing"}"))}",
        .. (report.Broken ?? []).Select(b => $"BROKEN   {b}"),
        report.Ok ? Text($"Every promise held, in {report.Seconds:0} s.") : "Not every promise held.",
    ];

    private static string Words(DemoRelease r) => r switch
    {
        { Outcome: "bad" } => Text($"{r.Version}    BAD, found in {r.Environment} after {r.DetectedAfterSeconds:0.0} s and {r.DetectedAfterRequests:N0} requests; back to {r.RolledBackTo} by itself ({r.RequestsFailed:N0} of its {r.RequestsServed:N0} requests failed)\n         {r.Evidence}"),
        { Outcome: "everywhere" } => Text($"{r.Version}    everywhere after {r.Seconds:0} s, by itself"),
        _ => $"{r.Version}    unfinished",
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
