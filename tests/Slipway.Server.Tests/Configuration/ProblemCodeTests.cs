using System.Text.RegularExpressions;
using Slipway.Core.Configuration;

namespace Slipway.Server.Tests.Configuration;

public partial class ProblemCodeTests
{
    private static readonly string[] Codes = [.. typeof(ProblemCode).GetFields().Select(f => (string)f.GetValue(null)!).Order(StringComparer.Ordinal)];

    [Fact]
    public void EveryCodeIsDocumentedAndEveryDocumentedCodeExists()
    {
        var documented = Row().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "errors.md"))).Select(m => m.Groups[1].Value);

        Assert.Equal(Codes, documented.Where(c => c.StartsWith("SLIP01", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EveryCodeThatAnySourceFileNamesIsDocumentedOnce()
    {
        var named = Directory.EnumerateFiles(Sources(), "*.cs", SearchOption.AllDirectories).SelectMany(f => Code().Matches(File.ReadAllText(f))).Select(m => m.Value);
        var documented = Row().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "errors.md"))).Select(m => m.Groups[1].Value);

        Assert.Equal(named.Distinct().Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EveryCodeStandsInAGoldenProblem()
    {
        var told = BadDocumentTests.Documents.Concat(BadDocumentTests.Environments).Select(row => row.Data.Item2[..8]);

        Assert.Equal(Codes, told.Distinct().Order(StringComparer.Ordinal));
    }

    private static string Sources([System.Runtime.CompilerServices.CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "../../../src");

    [GeneratedRegex(@"SLIP\d{4}")]
    private static partial Regex Code();

    [GeneratedRegex(@"^\| (SLIP\d{4}) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
