using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Slipway.Core.Projects;
using Slipway.Engine.Ports;
using Slipway.Integrations.Deployers.Processes;

namespace Slipway.Integrations.Tests.Deployers;

public class StartTests
{
    [Fact]
    public async Task AHealthyVersionServesOnThePortItWasGiven()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();

        var endpoint = await workshop.ReadyAsync(Workshop.Request(id, "healthy"));

        Assert.InRange(new Uri(endpoint).Port, 20_000, 29_999);
        Assert.Equal("ok", await Workshop.GetAsync(endpoint, "/"));
        var status = await workshop.StatusAsync(id);
        Assert.Equal(InstanceCondition.Ready, status!.Condition);
        Assert.Equal([endpoint], status.Endpoints);
    }

    [Fact]
    public async Task TheProcessLeadsItsOwnSessionUnderTheRecordedPid()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();

        var endpoint = await workshop.ReadyAsync(Workshop.Request(id, "healthy"));

        var pid = await Workshop.PidAsync(endpoint);
        var stat = ProcessTable.Stat(pid)!.Value;
        Assert.Equal(pid, stat.Session);
        Assert.Equal(pid, stat.Group);
        Assert.Equal(ProcessIdentity.Of(pid), workshop.Files(id).Read()!.Identity);
    }

    [Fact]
    public async Task AnEarlyExitIsReportedAtOnceWithItsOutput()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();
        var request = Workshop.Request(id, "exit", "3");
        var start = TimeProvider.System.GetTimestamp();

        var reason = await workshop.FailedAsync(request);

        Assert.True(TimeProvider.System.GetElapsedTime(start) < ((DeploySpec.Process)request.Deploy).StartTimeout / 2);
        Assert.Contains("SLIP0705", reason, StringComparison.Ordinal);
        Assert.Contains("exited with code 3", reason, StringComparison.Ordinal);
        Assert.Contains("cannot start: the config is broken", reason, StringComparison.Ordinal);
        Assert.Equal(InstanceCondition.Exited, (await workshop.StatusAsync(id))!.Condition);
    }

    [Theory]
    [InlineData("sick", "answered 503")]
    [InlineData("deaf", "nothing accepted a connection")]
    public async Task AVersionThatNeverBecomesReadyIsStoppedWithTheReason(string mode, string why)
    {
        await using var workshop = new Workshop();
        var request = Workshop.Request(workshop.Id(), mode);

        var reason = await workshop.FailedAsync(request with { Deploy = (DeploySpec.Process)request.Deploy with { StartTimeout = TimeSpan.FromSeconds(1) } });

        Assert.Contains("SLIP0706", reason, StringComparison.Ordinal);
        Assert.Contains(why, reason, StringComparison.Ordinal);
        Assert.Empty(new Orphans(workshop.Installation).Find());
    }

    /// <summary>Whoever keeps instances would otherwise never hear of what is too much of them.</summary>
    [Fact]
    public async Task WhatAStartThatWasGivenUpLeftIsListedAsStarting()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();
        using CancellationTokenSource giveUp = new();

        var start = workshop.Deployer.EnsureAsync(Workshop.Request(id, "deaf") with { Instances = 3 }, giveUp.Token);
        await Eventually.TrueAsync(async () => await workshop.StatusAsync(id) is { Starting: 3 }, "three are being started");
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);

        Assert.Equal((InstanceCondition.Starting, 0, 3, 0), await workshop.StatusAsync(id) is { } left ? (left.Condition, left.Instances, left.Starting, left.Exited) : default);
    }

    [Fact]
    public async Task WithoutAHealthPathAnAcceptedConnectionIsEnough()
    {
        await using var workshop = new Workshop();
        var request = Workshop.Request(workshop.Id(), "sick");

        await workshop.ReadyAsync(request with { Deploy = (DeploySpec.Process)request.Deploy with { Health = null } });
    }

    [Fact]
    public async Task AMissingProgramIsOneClearProblem()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();

        var reason = await workshop.FailedAsync(new InstanceRequest(id, Workshop.App, new DeploySpec.Process { Command = ["no-such-program"] }));

        Assert.StartsWith("SLIP0701: deploy.process.command: the program 'no-such-program' was not found", reason, StringComparison.Ordinal);
        Assert.Contains(Workshop.AppDirectory, reason, StringComparison.Ordinal);
        Assert.Contains("PATH", reason, StringComparison.Ordinal);
        Assert.Null(await workshop.StatusAsync(id));
    }

    [Fact]
    public async Task AProgramWithoutItsExecutableBitIsOneClearProblem()
    {
        await using var workshop = new Workshop();

        var reason = await workshop.FailedAsync(new InstanceRequest(workshop.Id(), Workshop.App, new DeploySpec.Process { Command = ["./Slipway.Testing.App.deps.json"] }));

        Assert.StartsWith("SLIP0702: deploy.process.command: './Slipway.Testing.App.deps.json' is not executable", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMissingArtifactIsAFailureAndNoException()
    {
        await using var workshop = new Workshop();
        var request = Workshop.Request(workshop.Id(), "healthy");

        var reason = await workshop.FailedAsync(request with { Artifact = Workshop.App with { Digest = "sha256:gone" } });

        Assert.Contains("sha256:gone", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStartThatCannotBeCarriedOutLeavesNothingThatLooksLikeOne()
    {
        await using var workshop = new Workshop();
        var request = Workshop.Request(workshop.Id(), "healthy");
        var inTheWay = workshop.Files(request.Id).Directory + "/stdout.log.1";
        Directory.CreateDirectory(inTheWay);
        await File.WriteAllTextAsync(Path.Combine(workshop.Files(request.Id).Directory, "stdout.log"), "old");

        Assert.StartsWith("SLIP0704", await workshop.FailedAsync(request), StringComparison.Ordinal);
        Assert.Null(await workshop.StatusAsync(request.Id));

        Directory.Delete(inTheWay);
        await workshop.ReadyAsync(request);
    }

    [Fact]
    public async Task APortTakenJustBeforeTheStartIsReplacedByAnother()
    {
        await using var workshop = new Workshop();
        var robbed = Path.Combine(workshop.Data, "robbed");

        var endpoint = await workshop.ReadyAsync(Workshop.Request(workshop.Id(), "robbed", robbed));

        Assert.NotEqual(await File.ReadAllTextAsync(robbed), new Uri(endpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task AnInstanceThatDiedComesBackOnItsPort()
    {
        await using var workshop = new Workshop();
        var request = Workshop.Request(workshop.Id(), "healthy");
        var before = await workshop.ReadyAsync(request);
        await Workshop.ExitAsync(before, 1);

        await Eventually.TrueAsync(async () => (await workshop.StatusAsync(request.Id))!.Condition == InstanceCondition.Exited, "the exit is seen");
        Assert.Equal(before, await workshop.ReadyAsync(request));
    }

    [Fact]
    public async Task AnInstanceWhosePortWasTakenMeanwhileComesBackOnAnother()
    {
        await using var workshop = new Workshop();
        var request = Workshop.Request(workshop.Id(), "healthy");
        var before = await workshop.ReadyAsync(request);
        await Workshop.ExitAsync(before, 1);
        await Eventually.TrueAsync(async () => (await workshop.StatusAsync(request.Id))!.Condition == InstanceCondition.Exited, "the exit is seen");
        using var thief = new TcpListener(IPAddress.Loopback, new Uri(before).Port);
        thief.Start();

        Assert.NotEqual(before, await workshop.ReadyAsync(request));
    }

    [Fact]
    public async Task OverlappingRequestsForOneInstanceStartOneProcess()
    {
        await using var workshop = new Workshop();
        var request = Workshop.Request(workshop.Id(), "healthy");

        var endpoints = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => workshop.ReadyAsync(request)));

        Assert.Single(endpoints.Distinct());
        Assert.Single(new Orphans(workshop.Installation).Find());
    }

    [Fact]
    public async Task InstancesNeverShareAPort()
    {
        await using var workshop = new Workshop();
        var requests = Enumerable.Range(0, 4).Select(i => Workshop.Request(workshop.Id($"1.0.{i}"), "healthy")).ToArray();

        var endpoints = await Task.WhenAll(requests.Select(workshop.ReadyAsync));

        Assert.Equal(4, endpoints.Distinct().Count());
    }

    [Fact]
    public async Task AnotherRecipeReplacesTheProcess()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();
        var before = await Workshop.PidAsync(await workshop.ReadyAsync(Workshop.Request(id, "healthy")));

        var endpoint = await workshop.ReadyAsync(Workshop.Request(id, "healthy", "--verbose"));

        Assert.NotEqual(before, await Workshop.PidAsync(endpoint));
        Assert.False(ProcessTable.Stat(before) is { IsAlive: true });
    }

    [Fact]
    public async Task TheSameRecipeKeepsTheProcess()
    {
        await using var workshop = new Workshop();
        var request = Workshop.Request(workshop.Id(), "healthy");
        var before = await workshop.ReadyAsync(request);
        var pid = await Workshop.PidAsync(before);

        var copy = request with { Deploy = (DeploySpec.Process)request.Deploy with { Command = [.. ((DeploySpec.Process)request.Deploy).Command] } };

        Assert.Equal(before, await workshop.ReadyAsync(copy));
        Assert.Equal(pid, await Workshop.PidAsync(before));
    }

    [Fact]
    public async Task AStopEndsAStartThatIsUnderWay()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();
        var starting = workshop.FailedAsync(Workshop.Request(id, "sick"));
        await Eventually.TrueAsync(() => new Orphans(workshop.Installation).Find().Length == 1, "the process runs");

        await workshop.Deployer.StopAsync(id, CancellationToken.None);

        Assert.Contains("SLIP0708", await starting, StringComparison.Ordinal);
        Assert.Null(await workshop.StatusAsync(id));
    }
}
