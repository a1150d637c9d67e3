using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Slipway.Core.Analysis;
using Slipway.Core.Configuration;
using Slipway.Core.Strategies;
using Slipway.Server.Configuration;
using static Slipway.Simulation.Tests.Given;

namespace Slipway.Simulation.Tests;

/// <summary>What the pages say can be written, can be.</summary>
public partial class DocsTests
{
    private const string Head = "project: shop\nservice: { host: shop.example }\ndefaults: { deploy: { process: { command: ./shop } } }\n";

    public static TheoryData<string, string> Examples =>
        [.. from folder in new[] { "steps", "policies", "checks", "sources" }
            from file in Directory.EnumerateFiles(Docs(folder), "*.md").Order(StringComparer.Ordinal)
            from block in Blocks(file)
            where folder != "sources" || block.Contains("environments:", StringComparison.Ordinal)
            select (Path.GetFileName(file), block)];

    public static TheoryData<string> Worlds => [.. Blocks(Path.Combine(Docs(""), "simulate.md")).Where(b => b.Contains("versions:", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Examples))]
    public void AnExampleReads(string page, string example)
    {
        var text = example.Contains("project:", StringComparison.Ordinal) ? example
            : example.Contains("environments:", StringComparison.Ordinal) ? Head + (example.Contains("slice:", StringComparison.Ordinal) ? example : example.Replace("  - name: production", "  - name: production\n    slice: rest", StringComparison.Ordinal))
            : example;
        var read = DocumentReader.Read(Assert.IsType<YamlTree.Read>(YamlReader.ReadTree(text, page)).Root);
        Assert.True(read is ReadResult.Accepted, read is ReadResult.Refused refused ? string.Join("\n", refused.Problems) : "");
    }

    [Theory]
    [MemberData(nameof(Worlds))]
    public void AWorldOfThePageReads(string world) => Assert.Empty(World(world, Project(Gradual)).Problems);

    /// <summary>The reader asks a mapping for every key that it knows.</summary>
    [Fact]
    public void ThePageNamesEveryKeyOfTheWorldFile()
    {
        var page = File.ReadAllText(Path.Combine(Docs(""), "simulate.md"));
        var keys = Key().Matches(File.ReadAllText(Path.Combine(Docs(""), "..", "src", "Slipway.Simulation", "WorldReader.cs"))).Select(m => m.Groups[1].Value).Distinct().ToList();
        Assert.True(keys.Count > 30);
        Assert.DoesNotContain(keys, key => !Regex.IsMatch(page, $@"^\| `[^|]*\b{key}\b[^|]*`", RegexOptions.Multiline));
    }

    [Fact]
    public void EveryStepHasItsPage() =>
        Assert.All(typeof(Step).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(a => (string)a.TypeDiscriminator!), name => Assert.True(File.Exists(Path.Combine(Docs("steps"), $"{name}.md")), $"docs/steps/{name}.md is missing"));

    [Fact]
    public void EveryCheckHasItsPage() =>
        Assert.All(typeof(CheckSpec).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(a => (string)a.TypeDiscriminator!), name => Assert.True(File.Exists(Path.Combine(Docs("checks"), $"{name}.md")), $"docs/checks/{name}.md is missing"));

    private static IEnumerable<string> Blocks(string file) => Block().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value);

    private static string Docs(string folder, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "docs", folder);

    [GeneratedRegex("(?:Optional|Required|Part)\\(\"([a-zA-Z]+)\"")]
    private static partial Regex Key();

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
