using System.Collections.Immutable;
using CsCheck;
using Slipway.Core.Configuration;
using Slipway.Core.Projects;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;

namespace Slipway.Core.Tests.Configuration;

public class ProjectReaderTests
{
    [Theory]
    [InlineData("./shop", "./shop")]
    [InlineData("  ./shop   --port {port}\t", "./shop|--port|{port}")]
    [InlineData("a 'b c' \"d e\"", "a|b c|d e")]
    [InlineData("a b' 'c\"d\"", "a|b cd")]
    [InlineData("a '' \"\"", "a||")]
    [InlineData(@"a b\ c \""d", "a|b c|\"d")]
    [InlineData(@"a ""b\""c\\d\n""", @"a|b""c\d\n")]
    [InlineData(@"a 'b\c'", @"a|b\c")]
    [InlineData("a $HOME *.txt #x", "a|$HOME|*.txt|#x")]
    [InlineData("a ';' \\|", "a|;||")]
    public void ACommandIsSplitAsAShellSplitsWordsAndDoesNothingElse(string command, string words) =>
        Assert.Equal(words, string.Join('|', Assert.IsType<DeploySpec.Process>(Accept(Document(command: T(command))).Environments[0].Deploy).Command));

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("90s", 90_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("1d2h3m4s5ms", 93_784_005)]
    [InlineData("365d", 31_536_000_000)]
    public void DurationsRead(string text, long milliseconds) =>
        Assert.Equal(new BakeStep(TimeSpan.FromMilliseconds(milliseconds)), Accept(Document(bake: T(text))).Environments[0].Strategy[^1]);

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1.5h")]
    [InlineData("1h1h")]
    [InlineData("1s1m")]
    [InlineData("1H")]
    [InlineData("1 s")]
    [InlineData("1msx")]
    [InlineData("1234567890s")]
    [InlineData("999999999d999999999h")]
    public void WhatIsNoDurationIsRefused(string text) => Assert.Equal("f:1:1 environments[0].bake", Assert.Single(Refuse(Document(bake: T(text)))).Place);

    [Fact]
    public void EveryWeightThatCanBeWrittenReadsExactly() =>
        Gen.Select(Gen.Int[1, Weight.Whole], Gen.Bool).Sample((points, sign) =>
            Accept(Document(slice: M(("percent", T(FormattableString.Invariant($"{points / 1000m}{(sign ? "%" : "")}")))))).Environments[0].Slice is Slice.Percent p && p.Share.Value == points);

    [Fact]
    public void ReadingNeverThrowsWhateverNodesStandWhere()
    {
        var words = new[] { "rest", "none", "deploy", "check", "approve", "weight", "safe", "5%", "0", "-1", "1e9", "10m", "999999999d", "", "~", "x", "é", "[", "\0", "a.b", "10.0.0.0/8" };
        var keys = new[] { "project", "service", "environments", "defaults", "name", "slice", "percent", "audience", "header", "strategy", "ramp", "from", "to", "step", "factor", "weights", "weight", "every",
            "until", "hold", "after", "deploy", "process", "command", "env", "checks", "errors", "alpha", "promote", "automatic", "by", "count", "bake", "host", "hosts", "userKey", "cidr", "users", "x y", "" };
        var gen = Gen.Recursive<Node>((depth, self) => depth > 5
            ? Gen.Int[0, words.Length - 1].Select(i => (Node)T(words[i]))
            : Gen.Frequency(
                (2, Gen.Int[0, words.Length - 1].Select(i => (Node)T(words[i]))),
                (2, self.Array[0, 4].Select(items => (Node)new Node.Sequence(At, [.. items]))),
                (5, Gen.Select(Gen.Int[0, keys.Length - 1].Select(i => keys[i]), self).Array[0, 6].Select(entries => (Node)M([.. entries])))));
        gen.Sample(
            tree =>
            {
                var one = new Node.Mapping(At, [.. Document().Entries.Where(e => e.Key != "environments"), new Node.Entry(At, "environments", new Node.Sequence(At, [tree, tree]))]);
                return new[] { tree, one }.All(root => ProjectReader.Read(root) is not ReadResult.Refused { Problems.IsEmpty: true });
            },
            iter: Runs.Of(3_000));
    }

    [Fact]
    public void AProjectFromNoDocumentIsHeldToTheSameRules()
    {
        var project = Accept(Document());
        var broken = project with { Environments = project.Environments.SetItem(0, project.Environments[0] with { Strategy = [new WeightStep(Weight.None, TimeSpan.Zero, false)] }) };

        Assert.Empty(ProjectRules.Check(project));
        Assert.Equal(
            [(ProblemCode.DeployNotFirst, "environments[0].strategy#1"), (ProblemCode.NeverReachesTheEnd, "environments[0].strategy")],
            ProjectRules.Check(broken).Select(p => (p.Code, p.Place)));
    }

    private static Place At => new("f", 1, 1);

    /// <summary>A sound project of one environment and one that takes the rest, with some values replaced.</summary>
    private static Node.Mapping Document(Node? command = null, Node? bake = null, Node? slice = null)
    {
        var deploy = ("deploy", M(("process", M(("command", command ?? T("./shop"))))));
        return M(
            ("project", T("shop")),
            ("service", M()),
            ("environments", new Node.Sequence(At,
            [
                M([("name", T("a")), ("slice", slice ?? M(("percent", T("5")))), deploy, .. bake is null ? Array.Empty<(string, Node)>() : [("bake", bake)]]),
                M(("name", T("b")), ("slice", T("rest")), ("deploy", M(("process", M(("command", T("./shop"))))))),
            ])));
    }

    private static Node.Scalar T(string text) => new Node.Scalar(At, text, false);

    private static Node.Mapping M(params (string Key, Node Value)[] entries) => new Node.Mapping(At, [.. entries.Select(e => new Node.Entry(At, e.Key, e.Value))]);

    private static Project Accept(Node root) => Assert.IsType<ReadResult.Accepted>(ProjectReader.Read(root)).Project;

    private static ImmutableArray<Problem> Refuse(Node root) => Assert.IsType<ReadResult.Refused>(ProjectReader.Read(root)).Problems;
}
