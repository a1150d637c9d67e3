using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using Slipway.Core.Projects;
using Slipway.Engine.Ports;
using Slipway.Integrations.Deployers.Processes;

namespace Slipway.Integrations.Tests.Deployers;

public class AdoptionTests
{
    [Fact]
    public async Task TheNextServerAdoptsWithTheSameProcessAndPortAndStillReportsItsExit()
    {
        await using var workshop = new Workshop();
        var request = Workshop.Request(workshop.Id(), "healthy");
        var endpoint = await workshop.ReadyAsync(request);
        var pid = await Workshop.PidAsync(endpoint);
        var next = workshop.Restart();
        await using var exits = next.WatchExitsAsync(CancellationToken.None).GetAsyncEnumerator();

        Assert.Equal(InstanceCondition.Ready, (await workshop.StatusAsync(request.Id))!.Condition);
        Assert.Equal(endpoint, await workshop.ReadyAsync(request));
        Assert.Equal(pid, await Workshop.PidAsync(endpoint));

        await Workshop.ExitAsync(endpoint, 5);
        Assert.True(await exits.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(request.Id, exits.Current.Id);
        Assert.Contains("leaving as asked", exits.Current.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnExitWhileNoServerRanIsListedAndThePortIsUsedAgain()
    {
        await using var workshop = new Workshop();
        var request = Workshop.Request(workshop.Id(), "healthy");
        var endpoint = await workshop.ReadyAsync(request);
        var identity = workshop.Files(request.Id).Read()!.Identity!;
        workshop.Deployer.Dispose();
        await Workshop.ExitAsync(endpoint, 5);
        await Eventually.TrueAsync(() => !identity.IsAlive, "it is gone");

        workshop.Restart();

        var status = await workshop.StatusAsync(request.Id);
        Assert.Equal(InstanceCondition.Exited, status!.Condition);
        Assert.Contains("leaving as asked", status.Detail, StringComparison.Ordinal);
        Assert.Equal(endpoint, await workshop.ReadyAsync(request));
    }

    [Theory]
    [InlineData(InstanceState.Starting)]
    [InlineData(InstanceState.Ready)]
    [InlineData(InstanceState.Exited)]
    public async Task WhatEndedWithAnEarlierBootOfTheMachineDidNotExitByItself(object state)
    {
        await using var workshop = new Workshop();
        var request = Workshop.Request(workshop.Id(), "healthy");
        await workshop.ReadyAsync(request);
        var record = workshop.Files(request.Id).Read()!;
        await workshop.Deployer.StopAsync(request.Id, CancellationToken.None);
        workshop.Deployer.Dispose();
        workshop.Files(request.Id).Write(record with { State = (InstanceState)state, Identity = record.Identity! with { BootId = "another" } });

        workshop.Restart();

        Assert.Null(await workshop.StatusAsync(request.Id));
        await workshop.ReadyAsync(request);
    }

    [Fact]
    public async Task ACrashBetweenStartAndRecordLeavesNoOrphan()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();
        var pid = await Workshop.PidAsync(await workshop.ReadyAsync(Workshop.Request(id, "healthy")));
        workshop.Files(id).Delete();
        workshop.Restart();

        Assert.NotNull(await workshop.StatusAsync(id));
        await workshop.Deployer.StopAsync(id, CancellationToken.None);

        Assert.False(ProcessTable.Stat(pid) is { IsAlive: true });
        Assert.Null(await workshop.StatusAsync(id));
    }

    [Fact]
    public async Task AProcessWithoutARecordIsFoundWithinTenSecondsWithoutARestart()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();
        var time = new FakeTimeProvider();
        var beside = workshop.Beside(time);
        Assert.Empty(await beside.ListAsync(CancellationToken.None));
        await workshop.ReadyAsync(Workshop.Request(id, "healthy"));

        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Empty(await beside.ListAsync(CancellationToken.None));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(id, Assert.Single(await beside.ListAsync(CancellationToken.None)).Id);
    }

    [Fact]
    public async Task AProcessWhoseRecordShowsOnlyTheIntentIsAdoptedByTheSameRequest()
    {
        await using var workshop = new Workshop();
        var request = Workshop.Request(workshop.Id(), "healthy");
        var endpoint = await workshop.ReadyAsync(request);
        var pid = await Workshop.PidAsync(endpoint);
        Rewind(workshop, request.Id);
        workshop.Restart();

        Assert.Equal(endpoint, await workshop.ReadyAsync(request));
        Assert.Equal(pid, await Workshop.PidAsync(endpoint));
    }

    [Fact]
    public async Task AStartThatAnEarlierServerBeganBecomesReadyByItself()
    {
        await using var workshop = new Workshop();
        var request = Workshop.Request(workshop.Id(), "healthy");
        var endpoint = await workshop.ReadyAsync(request);
        Rewind(workshop, request.Id);
        workshop.Restart();

        await Eventually.TrueAsync(async () => (await workshop.StatusAsync(request.Id))!.Condition == InstanceCondition.Ready, "it is ready");
        Assert.Equal([endpoint], (await workshop.StatusAsync(request.Id))!.Endpoints);
    }

    [Fact]
    public async Task AnIntentWithoutAProcessIsForgotten()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();
        workshop.Files(id).Write(new InstanceRecord(id, null, 20_000, null, InstanceState.Intended));

        Assert.Null(await workshop.StatusAsync(id));
        Assert.Null(workshop.Files(id).Read());
    }

    [Fact]
    public async Task AnUnreadableRecordLosesNoProcess()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();
        var pid = await Workshop.PidAsync(await workshop.ReadyAsync(Workshop.Request(id, "healthy")));
        await File.WriteAllTextAsync(Path.Combine(workshop.Files(id).Directory, "instance.json"), "{ half");
        workshop.Restart();

        Assert.NotNull(await workshop.StatusAsync(id));
        Assert.Equal(pid, workshop.Files(id).Read()!.Identity!.Pid);
    }

    [Fact]
    public async Task AnotherInstallationsProcessesAreLeftAlone()
    {
        await using var workshop = new Workshop();
        await using var other = new Workshop();
        var id = workshop.Id();
        var pid = await Workshop.PidAsync(await workshop.ReadyAsync(Workshop.Request(id, "healthy")));

        Assert.Null(await other.StatusAsync(id));
        await other.Deployer.StopAsync(id, CancellationToken.None);

        Assert.True(ProcessTable.Stat(pid) is { IsAlive: true });
    }

    [Fact]
    public async Task AnInstanceSurvivesTheKillOfTheServerThatStartedIt()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();
        var program = Path.Combine(Workshop.AppDirectory, "Slipway.Testing.App");
        using var server = Process.Start(new ProcessStartInfo(program, ["server", workshop.Data, workshop.Installation, id.ToString(), program, "healthy"]) { RedirectStandardOutput = true })!;
        string? line;
        do
        {
            line = await server.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
        }
        while (line?.StartsWith("args", StringComparison.Ordinal) is true);
        var endpoint = line!;

        server.Kill();
        await server.WaitForExitAsync();

        var pid = await Workshop.PidAsync(endpoint);
        workshop.Restart();
        Assert.Equal([endpoint], (await workshop.StatusAsync(id))!.Endpoints);
        var deploy = new DeploySpec.Process { Command = [program, "healthy"], Health = "/" };
        Assert.Equal(endpoint, await workshop.ReadyAsync(new InstanceRequest(id, new(Core.Releases.ArtifactKind.Reference, null, "shop:1", 0), deploy)));
        Assert.Equal(pid, await Workshop.PidAsync(endpoint));
    }

    /// <summary>As if the server had died after the start and before it could write down the pid.</summary>
    private static void Rewind(Workshop workshop, InstanceId id) =>
        workshop.Files(id).Write(workshop.Files(id).Read()! with { Identity = null, State = InstanceState.Intended });
}
