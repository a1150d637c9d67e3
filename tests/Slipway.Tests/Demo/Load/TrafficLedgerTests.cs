using CsCheck;
using Slipway.Demo.Load;

namespace Slipway.Tests.Demo.Load;

public class TrafficLedgerTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void ServerErrorsAndMissingAnswersAreFailures()
    {
        var ledger = new TrafficLedger(3);
        ledger.Record(Seen(0, "1.0.0", status: 200));
        ledger.Record(Seen(1, "1.0.0", status: 404));
        ledger.Record(Seen(1, "1.0.0", status: 500));
        ledger.Record(Seen(2, null, status: null));

        Assert.Equal(new LoadCounts(4, 2, 2), ledger.Total);
        Assert.Equal(new LoadCounts(3, 1, 2), ledger.CountsOf("1.0.0"));
        Assert.Equal(1, ledger.NoAnswers);
        Assert.Equal(default, ledger.CountsOf("2.0.0"));
    }

    [Fact]
    public void FirstServedIsTheFirstAnswerOfTheVersionInTheEnvironment()
    {
        var ledger = new TrafficLedger(2);
        ledger.Record(Seen(0, "1.0.0", environment: "canary", second: 1));
        ledger.Record(Seen(1, "1.0.0", environment: "canary", second: 2));

        Assert.Equal(Start.AddSeconds(1), ledger.FirstServed("1.0.0", "canary"));
        Assert.Null(ledger.FirstServed("1.0.0", "production"));
        Assert.Equal(new LoadCounts(2, 0, 2), ledger.CountsOfEnvironment("canary"));
    }

    [Fact]
    public void OnlyPeopleWhoAreNoEmployeesAreOutsidersInDogfood()
    {
        var ledger = new TrafficLedger(3);
        ledger.Record(Seen(0, "1.0.0", environment: "dogfood") with { IsEmployee = true });
        ledger.Record(Seen(1, "1.0.0", environment: "production"));
        Assert.Equal(0, ledger.OutsidersInDogfood);

        ledger.Record(Seen(2, "1.0.0", environment: "dogfood"));
        ledger.Record(Seen(2, "1.0.0", environment: "dogfood"));

        Assert.Equal(1, ledger.OutsidersInDogfood);
    }

    [Theory]
    [InlineData("1 1 2 2 3", 0)]
    [InlineData("1 2 1", 1)]
    [InlineData("2 1", 1)]
    [InlineData("9 10", 0)]
    [InlineData("10 9", 1)]
    [InlineData("1 2 !2 1", 0)]
    [InlineData("1 2 !2 1 3", 0)]
    [InlineData("1 2 !2 1 2", 1)]
    [InlineData("1 2 !2 1 2 1", 1)]
    [InlineData("1 2 1 !2", 1)]
    [InlineData("1 2 !2 1 3 !3 1", 0)]
    [InlineData("1 2 3 !3 2 1", 1)]
    public void AUserFlapsByGoingBackWithoutARollback(string story, int flapped) => Assert.Equal(flapped, Told(story).UsersWhoFlapped);

    [Fact]
    public void ARollbackThatIsToldLateStillExcusesWhoWentBackAfterItBegan()
    {
        var ledger = Told("1 2 1");

        ledger.RolledBack("2.0.0", Start.AddSeconds(2));

        Assert.Equal(0, ledger.UsersWhoFlapped);
    }

    [Fact]
    public void WhoeverOnlyMovesForwardNeverFlaps() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 3]).Array[1, 60].Sample(moves =>
        {
            var (ledger, at) = (new TrafficLedger(10), new int[10]);
            foreach (var (user, by) in moves)
            {
                at[user] += by;
                ledger.Record(Seen(user, $"{at[user]}.0.0"));
            }

            return ledger.UsersWhoFlapped == 0;
        });

    [Fact]
    public void AUserWhoseVersionsFallFlapsOnceHoweverOften() =>
        Gen.Int[1, 9].Array[1, 40].Sample(versions =>
        {
            var ledger = new TrafficLedger(1);
            foreach (var version in versions)
            {
                ledger.Record(Seen(0, $"{version}.0.0"));
            }

            return ledger.UsersWhoFlapped == (versions.Zip(versions.Skip(1)).Any(p => p.First > p.Second) ? 1 : 0);
        });

    [Fact]
    public void VersionsAddUpToTheTotalAndUsersAreCountedOnce() =>
        Gen.Select(Gen.Int[0, 99], Gen.Int[1, 5], Gen.Bool).Array[0, 300].Sample(answers =>
        {
            var ledger = new TrafficLedger(100);
            foreach (var (user, version, well) in answers)
            {
                ledger.Record(Seen(user, $"{version}.0.0", status: well ? 200 : 503));
            }

            var counts = ledger.Versions.Select(ledger.CountsOf).ToArray();
            return counts.Sum(c => c.Requests) == answers.Length
                && counts.Sum(c => c.Failures) == answers.Count(a => !a.Item3)
                && ledger.Versions.All(v => ledger.UsersExposedTo(v) == answers.Where(a => $"{a.Item2}.0.0" == v).Select(a => a.Item1).Distinct().Count())
                && ledger.Total.Users == answers.Select(a => a.Item1).Distinct().Count();
        });

    [Fact]
    public void AVersionHeaderGoneMadDoesNotFillTheMemory()
    {
        var ledger = new TrafficLedger(1);
        for (var i = 0; i < 2 * TrafficLedger.MaxVersions; i++)
        {
            ledger.Record(Seen(0, $"{i}", environment: $"e{i}"));
        }

        Assert.Equal(TrafficLedger.MaxVersions, ledger.Versions.Count);
        Assert.Equal(TrafficLedger.MaxVersions, ledger.Environments.Count);
        Assert.Equal(2 * TrafficLedger.MaxVersions, ledger.Total.Requests);
    }

    /// <summary>One user's story: versions as they answered, one a second; <c>!2</c> is the rollback of version 2.</summary>
    private static TrafficLedger Told(string story)
    {
        var ledger = new TrafficLedger(1);
        foreach (var (word, second) in story.Split(' ').Select((w, i) => (w, i)))
        {
            if (word[0] == '!')
            {
                ledger.RolledBack($"{word[1..]}.0.0", Start.AddSeconds(second));
            }
            else
            {
                ledger.Record(Seen(0, $"{word}.0.0", second: second));
            }
        }

        return ledger;
    }

    private static Answer Seen(int user, string? version, int? status = 200, string environment = "production", int second = 0) =>
        new(user, false, status, version, environment, false, Start.AddSeconds(second), TimeSpan.FromMilliseconds(20));
}
