using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Core.Configuration;
using Slipway.Server.Configuration;

namespace Slipway.Server.Tests.Configuration;

public partial class SchemaTests
{
    private static readonly MiniSchema Schema = new(JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "slipway.schema.json"))).RootElement);

    /// <summary>What a schema cannot know: rules over several keys, names that refer to each other, words inside a value.</summary>
    private static readonly string[] BeyondASchema =
    [
        ProblemCode.DuplicateKey, ProblemCode.DuplicateEnvironment, ProblemCode.UnknownEnvironment, ProblemCode.Cycle, ProblemCode.AfterItself,
        ProblemCode.SlicesOverWhole, ProblemCode.SeveralRests, ProblemCode.SliceMissing, ProblemCode.SliceWithoutService, ProblemCode.NobodyTakesTheRest,
        ProblemCode.HostTaken, ProblemCode.FallingWeights, ProblemCode.NeverReachesTheEnd, ProblemCode.DeployNotFirst, ProblemCode.ImpossibleRamp,
        ProblemCode.ImpossibleApproval, ProblemCode.NothingToCheck, ProblemCode.Repeated, ProblemCode.BadCommand, ProblemCode.BadNetwork,
        ProblemCode.OutOfRange, ProblemCode.TooMuch, ProblemCode.StepOutOfPlace, ProblemCode.DuplicateHook, ProblemCode.ScaleTooLarge,
        ProblemCode.FleetWithApproval, ProblemCode.BadRule, ProblemCode.UnknownZone, ProblemCode.NoSuchLocalTime, ProblemCode.EndsBeforeItStarts, ProblemCode.DuplicateFreeze, ProblemCode.NeverHappens, ProblemCode.FleetWithSlice,
        ProblemCode.UnknownSource, ProblemCode.SecretInTheClear,
    ];

    public static TheoryData<string> BadDocuments =>
        [.. BadDocumentTests.Documents.Select(row => row.Data)
            .Concat(BadDocumentTests.Environments.Select(row => ($"{BadDocumentTests.Head}environments: [{row.Data.Item1}]", row.Data.Item2)))
            .Where(row => row.Item2[..8] is var code && code != ProblemCode.Syntax && !BeyondASchema.Contains(code))
            .Select(row => row.Item1)];

    /// <summary>Every whole document in the reference.</summary>
    public static TheoryData<string> Documented =>
        [.. Block().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "configuration.md"))).Select(m => m.Groups[1].Value).Where(t => t.StartsWith("project:", StringComparison.Ordinal))];

    [Fact]
    public void TheSchemaTakesTheDesignsDocument() => Assert.True(Schema.Accepts(Tree(YamlProjectTests.Shop)));

    [Fact]
    public void TheSchemaTakesEveryStepAndCheck() => Assert.True(Schema.Accepts(Tree(YamlProjectTests.Everything)));

    [Theory]
    [MemberData(nameof(BadDocuments))]
    public void TheSchemaRefusesWhatItCanKnow(string document) => Assert.False(Schema.Accepts(Tree(document)));

    [Theory]
    [MemberData(nameof(Documented))]
    public void ADocumentOfTheReferenceReadsAndFitsTheSchema(string document)
    {
        Assert.IsType<ReadResult.Accepted>(YamlReader.ReadProject(document, "configuration.md"));
        Assert.True(Schema.Accepts(Tree(document)));
    }

    private static Node Tree(string document) => Assert.IsType<YamlTree.Read>(YamlReader.ReadTree(document, "slipway.yaml")).Root;

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
