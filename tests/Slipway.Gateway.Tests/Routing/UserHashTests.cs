using System.Text.Json;
using CsCheck;
using Slipway.Core;
using Slipway.Core.Traffic;

namespace Slipway.Gateway.Tests.Routing;

public class UserHashTests
{
    private const int Users = 20_000;

    [Theory]
    [InlineData("", 0u)]
    [InlineData("hello", 0x248bfa47u)]
    [InlineData("hello, world", 0x149bbb7fu)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x2e4ff723u)]
    public void TheHashIsMurmur3WithSeedZero(string text, uint expected) => Assert.Equal(expected, UserHash.Murmur3(text));

    [Theory]
    [InlineData("Feature.flexibleRollout.10:174", 10u)]
    [InlineData("Feature.flexibleRollout.10:499", 32u)]
    [InlineData("Feature.flexibleRollout.userId.55:25", 55u)]
    [InlineData("Feature.flexibleRollout.sessionId.42:147", 42u)]
    public void TheHashMeetsTheVectorsOfUnleash(string groupAndId, uint expected) => Assert.Equal(expected, (UserHash.Murmur3(groupAndId) % 100) + 1);

    [Fact]
    public void EveryPublishedVectorIsMet()
    {
        var vectors = JsonSerializer.Deserialize<Vector[]>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "hash-vectors.json")), SlipwayJson.Options)!;
        Assert.True(vectors.Length >= 30);
        Assert.All(vectors, v => Assert.Equal((v.Murmur3, v.Bucket), (UserHash.Murmur3($"{v.Salt}:{v.Key}"), UserHash.Bucket(v.Salt, v.Key))));
    }

    [Fact]
    public void AKeyOfAnyLengthHashesAsTheWholeTextWould() =>
        Gen.Select(Gen.String, Gen.String).Select((salt, key) => (salt, key: string.Concat(Enumerable.Repeat(key, 40)))).Sample(t =>
            UserHash.Bucket(t.salt, t.key) == UserHash.Murmur3($"{t.salt}:{t.key}") % Weight.Whole);

    [Fact]
    public void AGrowingWeightOnlyEverAddsUsers() =>
        Gen.Select(Gen.String, Gen.String, Gen.Int[0, Weight.Whole], Gen.Int[0, Weight.Whole]).Sample((salt, key, a, b) =>
            !UserHash.IsCandidate(salt, key, new(Math.Min(a, b))) || UserHash.IsCandidate(salt, key, new(Math.Max(a, b))));

    [Theory]
    [InlineData(0)]
    [InlineData(1_000)]
    [InlineData(5_000)]
    [InlineData(50_000)]
    [InlineData(99_000)]
    [InlineData(Weight.Whole)]
    public void TheShareOfUsersIsTheWeight(int value)
    {
        var weight = new Weight(value);
        var taken = Enumerable.Range(0, Users).Count(i => UserHash.IsCandidate("shop/production/1.1.0", $"user-{i}", weight));
        var deviation = Math.Sqrt(Users * weight.Share * (1 - weight.Share));
        Assert.InRange(taken, (Users * weight.Share) - (4.5 * deviation), (Users * weight.Share) + (4.5 * deviation));
    }

    [Fact]
    public void DifferentSaltsChooseIndependently()
    {
        var half = new Weight(50_000);
        var both = Enumerable.Range(0, Users).Count(i => UserHash.IsCandidate("a", $"user-{i}", half) && UserHash.IsCandidate("b", $"user-{i}", half));
        var deviation = Math.Sqrt(Users * 0.25 * 0.75);
        Assert.InRange(both, (Users * 0.25) - (4.5 * deviation), (Users * 0.25) + (4.5 * deviation));
    }

    private sealed record Vector(string Salt, string Key, uint Murmur3, int Bucket);
}
