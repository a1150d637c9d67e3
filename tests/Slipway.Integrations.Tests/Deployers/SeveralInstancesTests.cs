using System.Collections.Immutable;
using System.Globalization;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;
using Slipway.Integrations.Deployers.Processes;

namespace Slipway.Integrations.Tests.Deployers;

public class SeveralInstancesTests
{
    [Theory]
    [InlineData("shop/canary/1.2.3", InstanceRole.Serving, 1)]
    [InlineData("shop/canary/1.2.3~2", InstanceRole.Serving, 2)]
    [InlineData("shop/canary/1.2.3~17", InstanceRole.Serving, 17)]
    [InlineData("shop/canary/1.2.3~baseline", InstanceRole.Baseline, 1)]
    [InlineData("shop/canary/1.2.3~baseline~2", InstanceRole.Baseline, 2)]
    public void TheNameOfAnInstanceIsReadBack(string name, InstanceRole role, int number)
    {
        Slot slot = new(new InstanceId(new EnvironmentKey(new ProjectId("shop"), new EnvironmentName("canary")), new CandidateId("1.2.3"), role), number);

        Assert.Equal((name, slot), (InstanceFiles.NameOf(slot), InstanceFiles.Parse(name)));
    }

    [Theory]
    [InlineData("shop/canary/1.2.3~1")]
    [InlineData("shop/canary/1.2.3~02")]
    [InlineData("shop/canary/1.2.3~")]
    [InlineData("shop/canary/1.2.3~99999999999")]
    [InlineData("shop/canary/1.2.3~2~2")]
    [InlineData("shop/canary/1.2.3~2~baseline")]
    public void WhatNoInstanceIsNamedIsNone(string name) => Assert.Null(InstanceFiles.Parse(name));

    [Fact]
    public async Task EachHasItsOwnDirectoryPortAndMark()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id("1.2.3");

        var endpoints = await ReadyAsync(workshop, id, 3);

        Assert.Equal(["1.2.3", "1.2.3~2", "1.2.3~3"], Directory.GetDirectories(Path.Combine(workshop.Data, "instances", "shop", "canary")).Select(Path.GetFileName).Order());
        var marks = await Task.WhenAll(endpoints.Select(e => Workshop.GetAsync(e, "/environment")));
        Assert.Equal(["SLIPWAY_INSTANCE=shop/canary/1.2.3", "SLIPWAY_INSTANCE=shop/canary/1.2.3~2", "SLIPWAY_INSTANCE=shop/canary/1.2.3~3"],
            marks.Select(m => m.Split('\n').Single(l => l.StartsWith("SLIPWAY_INSTANCE=", StringComparison.Ordinal))).Order());
        Assert.All(marks, m => Assert.Contains("SLIPWAY_VERSION=1.2.3", m.Split('\n')));
    }

    [Fact]
    public async Task TheNextServerAdoptsAllOfThemAndKeepsTheOldest()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();
        var first = await ReadyAsync(workshop, id, 1);
        var endpoints = await ReadyAsync(workshop, id, 3);
        var pids = await PidsAsync(endpoints);
        workshop.Restart();

        var adopted = await ReadyAsync(workshop, id, 3);
        Assert.Equal(adopted, (await workshop.StatusAsync(id))!.Endpoints);
        Assert.Equal(endpoints.Order(), adopted.Order());
        Assert.Equal(pids, await PidsAsync(endpoints));
        Assert.Equal(first, await ReadyAsync(workshop, id, 1));
    }

    /// <summary>As servers wrote it that knew of one instance only, and as those wrote it that knew of their number and kept it with the recipe.</summary>
    [Theory]
    [InlineData("")]
    [InlineData(",\"instances\":1")]
    public async Task TheInstanceOfAnEarlierServerIsAdoptedAndOthersComeBesideIt(string instances)
    {
        await using var workshop = new Workshop();
        var request = Workshop.Request(workshop.Id("1.2.3"), "healthy");
        var endpoint = await workshop.ReadyAsync(request);
        var pid = await Workshop.PidAsync(endpoint);
        var start = ProcessTable.Stat(pid)!.Value.StartTicks.ToString(CultureInfo.InvariantCulture);
        var golden =
            """{"id":{"environment":{"project":"shop","name":"canary"},"candidate":"1.2.3"},"recipe":{"artifact":{"kind":"archive","digest":"sha256:app","bytes":1},"deploy":{"command":["./Slipway.Testing.App","healthy"],"health":"/","startTimeout":"00:01:00","stopGrace":"00:00:10","variables":{}$instances}},"port":$port,"identity":{"pid":$pid,"startTicks":$start,"bootId":"$boot"},"state":"ready","detail":""}"""
            .Replace("$instances", instances, StringComparison.Ordinal).Replace("$port", new Uri(endpoint).Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("$pid", pid.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("$start", start, StringComparison.Ordinal).Replace("$boot", ProcessTable.BootId, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(workshop.Data, "instances", "shop", "canary", "1.2.3", "instance.json"), golden);
        workshop.Restart();

        var two = await ReadyAsync(workshop, request.Id, 2);

        Assert.Equal((endpoint, pid), (two[0], await Workshop.PidAsync(two[0])));
        Assert.Equal(2, (await PidsAsync(two)).Distinct().Count());
    }

    [Fact]
    public async Task OneThatNobodyRecordedIsTakenUpAndStoppedWithTheOthers()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();
        var pids = await PidsAsync(await ReadyAsync(workshop, id, 3));
        workshop.Files(id, 2).Delete();
        workshop.Restart();

        await Eventually.TrueAsync(async () => await workshop.StatusAsync(id) is { Instances: 3 }, "all three are known");
        await workshop.Deployer.StopAsync(id, CancellationToken.None);

        Assert.All(pids, pid => Assert.False(ProcessTable.Stat(pid) is { IsAlive: true }));
        Assert.Null(await workshop.StatusAsync(id));
    }

    [Fact]
    public async Task OneThatComesBackIsTheYoungestFromThenOn()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();
        var before = await ReadyAsync(workshop, id, 3);
        await Workshop.ExitAsync(before[0], 1);
        await Eventually.TrueAsync(async () => await workshop.StatusAsync(id) is { Instances: 2, Exited: 1 }, "the exit is seen");

        Assert.Equal([before[1], before[2], before[0]], await ReadyAsync(workshop, id, 3));
        Assert.Equal(before[1..], await ReadyAsync(workshop, id, 2));
    }

    [Fact]
    public async Task WhoeverAsksForFewerNeedNotWaitForWhatIsStarting()
    {
        await using var workshop = new Workshop();
        var app = Path.Combine(Workshop.AppDirectory, "Slipway.Testing.App");
        InstanceRequest request = new(workshop.Id(), Workshop.App, new DeploySpec.Process
        {
            Command = ["/bin/sh", "-c", "mkdir \"$0\" 2>/dev/null && exec \"$1\" healthy; exec \"$1\" sick", Path.Combine(workshop.Data, "seat"), app], Health = "/",
        });
        var first = await workshop.ReadyAsync(request);
        var more = workshop.FailedAsync(request with { Instances = 3 });
        await Eventually.TrueAsync(() => new Orphans(workshop.Installation).Find().Length == 3, "all run");

        Assert.Equal(first, await workshop.ReadyAsync(request));

        Assert.Contains("SLIP0708", await more, StringComparison.Ordinal);
        Assert.Single(new Orphans(workshop.Installation).Find());
    }

    private static async Task<ImmutableArray<string>> ReadyAsync(Workshop workshop, InstanceId id, int instances)
    {
        var outcome = await workshop.Deployer.EnsureAsync(Workshop.Request(id, "healthy") with { Instances = instances }, CancellationToken.None);
        return Assert.IsType<DeployOutcome.Ready>(outcome).Endpoints;
    }

    private static Task<int[]> PidsAsync(ImmutableArray<string> endpoints) => Task.WhenAll(endpoints.Select(Workshop.PidAsync));
}
