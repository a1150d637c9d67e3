using System.CommandLine;
using System.Text.RegularExpressions;
using Slipway.Commands;

namespace Slipway.Tests.Commands;

public sealed partial class DocsTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "cli.md"));

    [Fact]
    public void EveryExitCodeIsDocumented() =>
        Assert.Equal(Enum.GetValues<ExitCode>().Select(c => $"{(int)c} {c}"), CodeRow().Matches(Text).Select(m => $"{m.Groups[1].Value} {m.Groups[2].Value}"));

    [Fact]
    public void EveryCommandIsDocumented() => Assert.All(Commands().Subcommands.Where(c => !c.Hidden), c => Assert.Contains($"### `slipway {c.Name}`", Text, StringComparison.Ordinal));

    [Fact]
    public void EveryExampleIsACommandLineThatParses()
    {
        var examples = Example().Matches(Text).Select(m => m.Value.Trim()).ToList();
        Assert.True(examples.Count >= 20);
        Assert.All(examples, line => Assert.Empty(Commands().Parse(line["slipway ".Length..]).Errors));
    }

    private static RootCommand Commands() => Root.Make(new CliContext { Out = TextWriter.Null, Error = TextWriter.Null, In = TextReader.Null, User = "ada" });

    [GeneratedRegex(@"^\| (\d+) \| (\w+) \|", RegexOptions.Multiline)]
    private static partial Regex CodeRow();

    [GeneratedRegex("^slipway .+$", RegexOptions.Multiline)]
    private static partial Regex Example();
}
