using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Slipway.Core.Analysis;
using Slipway.Core.Configuration;
using Slipway.Engine.Ports;
using Slipway.Integrations.Deployers.Processes;
using Slipway.Integrations.Programs;

namespace Slipway.Integrations.Metrics.Commands;

/// <summary>
/// Runs a program on the server's machine: that of the query or, where the source names one, that of the source, of whose JSON the query then names a member.
/// A judgement is the exit code: 0 passes, 1 fails, every other means that it could not judge. A number is what is printed, alone or in JSON.
/// </summary>
public sealed class CommandSource(Func<string, string?> variable, TimeProvider time) : IMetricSource, IDisposable
{
    private const int MostPrinted = 64 << 10;
    private const int AtOnce = 8;

    private static readonly SettingTable Table = new(SettingTable.Timeout, Setting.Text("command"), Setting.Text("directory"), Setting.Text("env."));

    private readonly SemaphoreSlim _free = new(AtOnce, AtOnce);
    private readonly Measuring _measuring = new(Table, variable, time, TimeSpan.Zero);

    public string Kind => "command";

    public void Dispose() => _free.Dispose();

    public string? Refuses(MetricSourceSpec source, MetricQuery query) =>
        Table.Refuses(source) ?? Shapes.Refuses(query, Kind, MetricShape.Counts, MetricShape.Value, MetricShape.Judged)
        ?? source.Settings.Select(s => Template.Refuses(s.Value)).FirstOrDefault(w => w is not null)
        ?? query.Ask.Select(a => Line.Of(source.Settings, a.Value) is var (words, why) && why is not null ? $"'{a.Key}': {why}; ask for a shell: sh -c \"…\"" : words.IsEmpty ? $"'{a.Key}' names no program" : null).FirstOrDefault(w => w is not null);

    public Task<Measurement> MeasureAsync(MetricRequest request, CancellationToken cancellationToken) =>
        Refuses(request.Source, request.Query) is { } problem
            ? Task.FromResult<Measurement>(new Measurement.Failed(problem))
            : _measuring.RunAsync(request, MeasureAsync, cancellationToken);

    private async Task<Measurement> MeasureAsync(Asked asked, CancellationToken cancellationToken)
    {
        var query = asked.Request.Query;
        if (query.Shape == MetricShape.Judged)
        {
            var run = await RunAsync(asked, query.Ask["value"], cancellationToken);
            return run.Trouble ?? Judge(run.Value);
        }

        // Two roles with one line are one run: its JSON has both.
        var own = asked.Text("command") is not null;
        ConcurrentDictionary<string, Task<Got<Run>>> runs = new(StringComparer.Ordinal);
        return await Shapes.MeasureAsync(query, async role =>
        {
            var run = await runs.GetOrAdd(own ? "" : query.Ask[role], _ => RunAsync(asked, query.Ask[role], cancellationToken));
            return run.Trouble is { } trouble ? trouble : Number(own ? query.Ask[role].Trim() : role, run.Value);
        });
    }

    private static Measurement Judge(Run run) => run.ExitCode switch
    {
        0 => new Measurement.Judged(true, $"exit code 0{run.Said}"),
        1 => new Measurement.Judged(false, $"exit code 1{run.Said}"),
        var code => new Measurement.Failed($"exit code {code.ToString(CultureInfo.InvariantCulture)}, where 0 passes and 1 fails{run.Said}"),
    };

    private static Got<double> Number(string role, Run run)
    {
        if (run.ExitCode != 0)
            return new Measurement.Failed($"exit code {run.ExitCode.ToString(CultureInfo.InvariantCulture)}{run.Said}");
        var text = run.Printed.Trim();
        if (text.Length == 0)
            return new Measurement.Nothing("the program printed nothing");
        if (!text.StartsWith('{'))
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : new Measurement.Failed($"the program printed no number: {SourceHttp.Line(text)}");
        try
        {
            var json = JsonSerializer.Deserialize<JsonElement>(text);
            return !json.TryGetProperty(role, out var member) || member.ValueKind == JsonValueKind.Null ? new Measurement.Nothing($"the JSON that the program printed has no '{role}': {SourceHttp.Line(text)}")
                : member.ValueKind == JsonValueKind.Number ? member.GetDouble()
                : new Measurement.Failed($"the '{role}' that the program printed is no number: {SourceHttp.Line(member.GetRawText())}");
        }
        catch (JsonException)
        {
            return new Measurement.Failed($"the program printed something that is neither a number nor JSON: {SourceHttp.Line(text)}");
        }
    }

    private async Task<Got<Run>> RunAsync(Asked asked, string line, CancellationToken cancellationToken)
    {
        var words = Line.Of(asked.Request.Source.Settings, line).Words;
        var directory = asked.Text("directory") ?? Path.GetTempPath();
        var path = variable("PATH") ?? "/usr/bin:/bin";
        if (Executables.Find(words[0], asked.Text("directory"), path).Path is not { } program)
            return new Measurement.Failed($"the program '{words[0]}' is not there, or not executable; looked in {directory} and PATH ({path})");
        StringBuilder printed = new();
        LastLines said = new();
        await _free.WaitAsync(cancellationToken);
        try
        {
            var end = await ProgramRun.RunAsync(program, words.Skip(1).Select(w => Template.Fill(w, asked.Request, v => v)), directory, variable, Variables(asked), Keep, said.Add, cancellationToken);
            if (end.ExitCode is not { } code)
                return new Measurement.Failed($"'{words[0]}' cannot be run: {end.Problem}; write a program on the server's PATH, or a full path");
            return printed.Length > MostPrinted ? new Measurement.Failed($"the program printed more than {MostPrinted >> 10} KiB; print a number") : new Run(code, printed.ToString(), said);
        }
        finally
        {
            _free.Release();
        }

        void Keep(string text)
        {
            said.Add(text);
            if (printed.Length <= MostPrinted)
                printed.Append(text).Append('\n');
        }
    }

    private static Dictionary<string, string> Variables(Asked asked)
    {
        var request = asked.Request;
        Dictionary<string, string> variables = new()
        {
            ["SLIPWAY_PROJECT"] = request.Subject.Environment.Project.Value,
            ["SLIPWAY_ENVIRONMENT"] = request.Subject.Environment.Name.Value,
            ["SLIPWAY_VERSION"] = request.Subject.Version.Value,
            ["SLIPWAY_SIDE"] = request.Candidate ? "candidate" : "baseline",
            ["SLIPWAY_FROM"] = request.From.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            ["SLIPWAY_TO"] = request.To.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        };
        foreach (var (name, value) in asked.Below("env."))
            variables[name] = value;
        return variables;
    }

    /// <summary>The words of what is run. A list in the document comes as JSON.</summary>
    private static class Line
    {
        public static (ImmutableArray<string> Words, string? Why) Of(ImmutableSortedDictionary<string, string> settings, string asked)
        {
            if (!settings.TryGetValue("command", out var own))
                return CommandWords.Split(asked);
            try
            {
                return own.StartsWith('[') ? ([.. JsonSerializer.Deserialize<string[]>(own) ?? []], null) : CommandWords.Split(own);
            }
            catch (JsonException)
            {
                return ([], "'command' is neither a line nor a list of words");
            }
        }
    }

    private sealed record Run(int ExitCode, string Printed, LastLines Said);
}
