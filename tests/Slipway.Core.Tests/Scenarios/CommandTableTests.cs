using System.Runtime.CompilerServices;
using System.Text;
using Slipway.Core.Environments;
using Slipway.Testing;

namespace Slipway.Core.Tests.Scenarios;

/// <summary>Every command in every state, asked of the real core; <c>docs/commands-by-state.md</c> is what it answered.</summary>
public class CommandTableTests
{
    private static readonly string[] Commands =
    [
        "deploy 2.0.0", "deploy 2.0.0 supersede", "deploy 1.1.0", "promote", "promote full", "approve bob", "reject bob", "pause", "resume", "abort", "retry",
        "rollback", "rollback 1.0.0", "cancel", "signal qa pass", "signal qa fail", "hold", "unhold", "flag 2.0.0", "unflag 2.0.0",
    ];

    [Fact]
    public void TheTableInTheDocsIsWhatTheCoreAnswers()
    {
        var path = Path.Combine(Folder(), "..", "..", "..", "docs", "commands-by-state.md");
        var table = Table();
        if (System.Environment.GetEnvironmentVariable("UPDATE_GOLDENS") == "1")
            File.WriteAllText(path, table);
        Assert.Equal(File.ReadAllText(path), table);
    }

    [Fact]
    public void AskingTwiceIsAskingOnce() => ForAll((state, command) =>
    {
        var stage = At(state);
        var first = stage.Ask(command);
        var again = stage.Ask(command);
        Assert.False(first.Refusal is null && first.DoesSomething && again.DoesSomething, $"{state.Id}: {command}: first '{first.Said}', then again '{again.Said}'");
    }, except: ["promote"]);

    [Fact]
    public void EveryRefusalSaysWhatToDoAndEverythingElseWhatWillHappen() => ForAll((state, command) =>
    {
        var answer = At(state).Ask(command);
        Assert.NotEmpty(answer.Refusal is { } refusal ? refusal.Remedy : answer.Said);
    });

    [Fact]
    public void AbortAndRollbackAreNeverInTheWayOfAnything() => ForAll((state, command) =>
    {
        if (command is "abort" && state.Id is not "rollback")
            Assert.Null(At(state).Ask(command).Refusal);
        if (command.Split(' ')[0] is "rollback")
            Assert.True(At(state).Ask(command).Refusal is null or { Code: "SLIP0304" or "SLIP0307" }, $"{state.Id}: only having nothing to return to may keep one from rolling back");
    });

    private static void ForAll(Action<Script, string> check, string[]? except = null)
    {
        foreach (var state in States())
        {
            foreach (var command in Commands.Where(c => except is null || !except.Contains(c.Split(' ')[0])))
                check(state, command);
        }
    }

    private static IEnumerable<Script> States() => Script.Read(Path.Combine(Folder(), "states.scripts"));

    private static Stage At(Script state)
    {
        Stage stage = new();
        stage.Play(state);
        return stage;
    }

    private static string Table()
    {
        StringBuilder text = new();
        text.Append("# What each command does in each state\n\nGenerated from the code: each state below was reached on the real core, and each command was asked of it. `2.0.0` is the newest candidate, ")
            .Append("`1.1.0` served before it, `1.0.0` before that. Whatever a command does is said before it is done; what it cannot do is refused with a code (see [errors](errors.md)) and what to do instead. ")
            .Append("Asking twice is asking once (`promote` goes one step further each time it is asked). Rollback and abort wait for no freeze, no gate and no queue. ")
            .Append("`slipway release flag` and `unflag` concern a candidate in every environment of the project, and are never refused.\n");
        Matrix(text);
        foreach (var state in States())
        {
            var shown = At(state);
            text.Append($"\n## {state.Title}\n\n{shown.Describe()}\n\n| command | answer |\n|---|---|\n");
            foreach (var command in Commands)
                text.Append($"| `{Typed(command)}` | {Cell(At(state).Ask(command))} |\n");
        }

        return text.ToString();
    }

    /// <summary>All at one look: does something, has nothing to do, or is refused.</summary>
    private static void Matrix(StringBuilder text)
    {
        var states = States().ToList();
        text.Append("\n● does something, ○ has nothing to do, × is refused.\n\n| command |").Append(string.Concat(states.Select((_, i) => $" {i + 1} |"))).Append("\n|---|").Append(string.Concat(states.Select(_ => "---|"))).Append('\n');
        foreach (var command in Commands)
            text.Append($"| `{Typed(command)}` |").Append(string.Concat(states.Select(s => At(s).Ask(command) is { Refusal: null } answer ? answer.DoesSomething ? " ● |" : " ○ |" : " × |"))).Append('\n');
        text.Append('\n').AppendJoin("; ", states.Select((s, i) => $"{i + 1} {s.Title.ToLowerInvariant()}")).Append(".\n");
    }

    /// <summary>As people type it.</summary>
    private static string Typed(string command) => command
        .Replace("full", "--full", StringComparison.Ordinal).Replace(" supersede", " --supersede", StringComparison.Ordinal)
        .Replace("rollback 1", "rollback --to 1", StringComparison.Ordinal).Replace("flag", "release flag", StringComparison.Ordinal).Replace("unrelease flag", "release unflag", StringComparison.Ordinal).Replace(" bob", " --by bob", StringComparison.Ordinal);

    private static string Cell(CommandOutcome answer) => answer switch
    {
        { Refusal: { } refusal } => $"refused ({refusal.Code}): {refusal.Message}; {refusal.Remedy}",
        { DoesSomething: true } => answer.Said,
        _ => $"nothing to do: {answer.Said}",
    };

    private static string Folder([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
