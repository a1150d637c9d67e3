using System.Diagnostics;
using System.Globalization;
using Slipway.Core.Projects;
using Slipway.Engine.Ports;
using Slipway.Integrations.Deployers.Processes;

namespace Slipway.Integrations.Tests.Deployers;

public class StopTests
{
    [Fact]
    public async Task APoliteStopNeedsNoGraceAndLeavesOnlyLogs()
    {
        await using var workshop = new Workshop();
        var request = Workshop.Request(workshop.Id(), "healthy");
        var pid = await Workshop.PidAsync(await workshop.ReadyAsync(request with { Deploy = (DeploySpec.Process)request.Deploy with { StopGrace = TimeSpan.FromMinutes(5) } }));

        await workshop.Deployer.StopAsync(request.Id, CancellationToken.None);

        Assert.False(ProcessTable.Stat(pid) is { IsAlive: true });
        Assert.Null(await workshop.StatusAsync(request.Id));
        Assert.Equal(["stderr.log", "stdout.log"], Directory.GetFiles(workshop.Files(request.Id).Directory).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task AProcessThatIgnoresThePoliteSignalIsKilledAfterTheGrace()
    {
        await using var workshop = new Workshop();
        var request = Workshop.Request(workshop.Id(), "stubborn");
        var grace = TimeSpan.FromMilliseconds(400);
        var pid = await Workshop.PidAsync(await workshop.ReadyAsync(request with { Deploy = (DeploySpec.Process)request.Deploy with { StopGrace = grace } }));
        var start = TimeProvider.System.GetTimestamp();

        await workshop.Deployer.StopAsync(request.Id, CancellationToken.None);

        Assert.False(ProcessTable.Stat(pid) is { IsAlive: true });
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), grace, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task WhatTheInstanceStartedGoesWithIt()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();
        var endpoint = await workshop.ReadyAsync(Workshop.Request(id, "parent"));
        var child = await ChildAsync(endpoint);
        Assert.True(ProcessTable.Stat(child) is { IsAlive: true });

        await workshop.Deployer.StopAsync(id, CancellationToken.None);

        Assert.False(ProcessTable.Stat(child) is { IsAlive: true });
    }

    [Fact]
    public async Task WhatADeadInstanceLeftBehindGoesBeforeTheNextStarts()
    {
        await using var workshop = new Workshop();
        var request = Workshop.Request(workshop.Id(), "parent");
        var endpoint = await workshop.ReadyAsync(request);
        var child = await ChildAsync(endpoint);
        await Workshop.ExitAsync(endpoint, 1);
        await Eventually.TrueAsync(async () => (await workshop.StatusAsync(request.Id))!.Condition == InstanceCondition.Exited, "the exit is seen");
        Assert.True(ProcessTable.Stat(child) is { IsAlive: true });

        await workshop.ReadyAsync(request);

        Assert.False(ProcessTable.Stat(child) is { IsAlive: true });
    }

    [Fact]
    public async Task StoppingTwiceOrWhatIsNotThereSucceeds()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();
        await workshop.Deployer.StopAsync(id, CancellationToken.None);
        await workshop.ReadyAsync(Workshop.Request(id, "healthy"));

        await Task.WhenAll(workshop.Deployer.StopAsync(id, CancellationToken.None), workshop.Deployer.StopAsync(id, CancellationToken.None));

        Assert.Null(await workshop.StatusAsync(id));
    }

    [Fact]
    public async Task AReusedPidIsNotSignalled()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();
        using var bystander = Process.Start(new ProcessStartInfo("setsid", ["sleep", "600"]) { RedirectStandardOutput = true })!;
        try
        {
            await Eventually.TrueAsync(() => ProcessTable.Stat(bystander.Id)?.Session == bystander.Id, "the bystander leads its session, as an instance would");
            var real = ProcessIdentity.Of(bystander.Id)!;
            workshop.Files(id).Write(new InstanceRecord(id, null, 20_000, real with { StartTicks = real.StartTicks - 1 }, InstanceState.Ready));

            Assert.Equal(InstanceCondition.Exited, (await workshop.StatusAsync(id))!.Condition);
            await workshop.Deployer.StopAsync(id, CancellationToken.None);

            Assert.Null(await workshop.StatusAsync(id));
            Assert.True(real.IsAlive);
        }
        finally
        {
            bystander.Kill();
            await bystander.WaitForExitAsync();
        }
    }

    private static async Task<int> ChildAsync(string endpoint) => int.Parse(await Workshop.GetAsync(endpoint, "/child"), CultureInfo.InvariantCulture);
}
