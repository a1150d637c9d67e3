using System.Collections.Immutable;
using System.Net;
using CsCheck;
using Orleans.Runtime;
using Slipway.Cluster.Instances;
using Slipway.Cluster.Projects;

namespace Slipway.Cluster.Tests;

/// <summary>Where things go among servers: pure functions, and what they promise whatever the servers are.</summary>
public class SpreadTests
{
    private static readonly Gen<SiloAddress[]> Servers = Gen.Int[1, 60_000].Array[1, 7].Select(ports => ports.Distinct().Select(p => SiloAddress.New(IPAddress.Loopback, p, 1)).ToArray());

    [Fact]
    public void ThereAreAsManyInstancesAsAreWantedAndNoServerGainsWhileAnotherLoses() =>
        Gen.Select(Gen.Int[0, 9].Array[1, 6], Gen.Int[0, 30]).Sample((running, wanted) =>
        {
            var spread = Spread.Of([.. running], [.. running.SelectMany((n, server) => Enumerable.Repeat(server, n))], wanted);
            Assert.Equal(wanted, spread.Sum());
            Assert.Equal(wanted, Spread.Of([.. running], [], wanted).Sum());
            Assert.True(spread.Zip(running).All(p => p.First >= p.Second) || spread.Zip(running).All(p => p.First <= p.Second));
        });

    /// <summary>Users are led away from the last of the list before they are stopped: whoever stopped others would stop what still serves.</summary>
    [Fact]
    public void WhatIsTooMuchIsTakenFromTheEndOfTheList() =>
        Gen.Select(Gen.Int[0, 4].Array[0, 12], Gen.Int[0, 12]).Where((listed, wanted) => wanted < listed.Length).Sample((listed, wanted) =>
        {
            ImmutableArray<int> running = [.. Enumerable.Range(0, 5).Select(server => listed.Count(l => l == server))];
            var spread = Spread.Of(running, [.. listed], wanted);
            Assert.Equal(Enumerable.Range(0, 5).Select(server => listed.Take(wanted).Count(l => l == server)), spread);
        });

    [Fact]
    public void WhatIsAddedGoesToWhoeverRunsFewest() => Gen.Select(Gen.Int[1, 6], Gen.Int[0, 30]).Sample((servers, wanted) =>
    {
        var spread = Spread.Of([.. new int[servers]], [], wanted);
        Assert.InRange(spread.Max() - spread.Min(), 0, 1);
    });

    [Fact]
    public void AllServersAgreeWhoActsWhateverTheOrderInWhichTheyKnowEachOther() =>
        Servers.Sample(servers => Assert.Equal(Preferred.Of("shop", servers), Preferred.Of("shop", servers.Reverse())));

    [Fact]
    public void WhenAServerGoesOnlyItsOwnProjectsMove() => Servers.Where(s => s.Length > 1).Sample(servers =>
    {
        foreach (var project in Enumerable.Range(0, 20).Select(i => $"p{i}"))
        {
            var before = Preferred.Of(project, servers);
            if (!before.Equals(servers[0]))
                Assert.Equal(before, Preferred.Of(project, servers[1..]));
        }
    });

    [Fact]
    public void ProjectsAreSharedOutEvenly()
    {
        var servers = Enumerable.Range(1, 3).Select(i => SiloAddress.New(IPAddress.Loopback, i, 1)).ToImmutableArray();
        var counts = Enumerable.Range(0, 3000).CountBy(i => Preferred.Of($"project-{i}", servers)).Select(c => c.Value).ToList();
        Assert.All(counts, count => Assert.InRange(count, 900, 1100));
    }
}
