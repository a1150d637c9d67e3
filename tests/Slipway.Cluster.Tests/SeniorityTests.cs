using CsCheck;
using Slipway.Cluster.Instances;

namespace Slipway.Cluster.Tests;

/// <summary>In which order the instances of several servers are: whoever stops what is too much stops the last.</summary>
public class SeniorityTests
{
    /// <summary>A few servers that list some of their instances, each in an order of its own, again and again.</summary>
    private static readonly Gen<string[][][]> Looks =
        Gen.Int[0, 5].Array[0, 5].Array[1, 4]
            .Select(servers => servers.Select((picks, server) => picks.Distinct().Select(i => $"{server}/{i}").ToArray()).ToArray())
            .Array[1, 6];

    [Fact]
    public void WhatAServerSaysOfItsOwnInstancesIsNeverContradicted() => Looks.Sample(looks =>
    {
        Seniority seniority = new();
        foreach (var servers in looks)
        {
            var order = seniority.Of(servers);
            Assert.Equal(servers.SelectMany(s => s).Order(StringComparer.Ordinal), order.Order(StringComparer.Ordinal));
            Assert.All(servers, server => Assert.Equal(server, order.Where(server.Contains)));
        }
    });

    [Fact]
    public void BetweenServersWhatWasSeenFirstIsFirst()
    {
        Seniority seniority = new();
        seniority.Of([["t/1"], []]);
        Assert.Equal(["t/1", "s/1"], seniority.Of([["s/1"], ["t/1"]]));
    }

    [Fact]
    public void WhatEndedAndCameBackAtTheSameAddressIsNew()
    {
        Seniority seniority = new();
        seniority.Of([["s/1", "s/2"], ["t/1"]]);
        Assert.Equal(["s/2", "s/1", "t/1"], seniority.Of([["s/2", "s/1"], ["t/1"]]));

        seniority.Forget(seniority.Mark, ["s/2", "t/1"]);
        Assert.Equal(["s/2", "t/1", "s/1"], seniority.Of([["s/2", "s/1"], ["t/1"]]));
    }

    [Fact]
    public void WhatWasFirstSeenAfterServersWereAskedIsNotForgottenForTheirAnswer()
    {
        Seniority seniority = new();
        var mark = seniority.Mark;
        seniority.Of([["s/1"]]);
        seniority.Forget(mark, []);
        Assert.Equal(["s/1", "t/1"], seniority.Of([["t/1"], ["s/1"]]).Order(StringComparer.Ordinal));
        Assert.Equal("s/1", seniority.Of([["t/1"], ["s/1"]])[0]);
    }
}
