using Slipway.Engine.Ports;

namespace Slipway.Integrations.Tests.Deployers;

public class ExitTests
{
    [Fact]
    public async Task AnExitNobodyAskedForIsReportedWithItsCodeAndLastLines()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();
        await using var exits = workshop.Deployer.WatchExitsAsync(CancellationToken.None).GetAsyncEnumerator();
        var endpoint = await workshop.ReadyAsync(Workshop.Request(id, "healthy"));

        await Workshop.ExitAsync(endpoint, 7);

        Assert.True(await exits.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(id, exits.Current.Id);
        Assert.Equal(InstanceCondition.Exited, exits.Current.Condition);
        Assert.Empty(exits.Current.Endpoints);
        Assert.Contains("exited with code 7", exits.Current.Detail, StringComparison.Ordinal);
        Assert.Contains("leaving as asked", exits.Current.Detail, StringComparison.Ordinal);
        Assert.Equal(exits.Current, await workshop.StatusAsync(id));
    }

    [Fact]
    public async Task OnlyExitsOfWhatWasReadyAndWasNotStoppedAreReported()
    {
        await using var workshop = new Workshop();
        await using var exits = workshop.Deployer.WatchExitsAsync(CancellationToken.None).GetAsyncEnumerator();
        await workshop.FailedAsync(Workshop.Request(workshop.Id("never-ready"), "exit", "1"));
        var stopped = workshop.Id("stopped");
        await workshop.ReadyAsync(Workshop.Request(stopped, "healthy"));
        await workshop.Deployer.StopAsync(stopped, CancellationToken.None);
        var replaced = workshop.Id("replaced");
        await workshop.ReadyAsync(Workshop.Request(replaced, "healthy"));
        await workshop.ReadyAsync(Workshop.Request(replaced, "healthy", "again"));
        var last = workshop.Id("last");
        var endpoint = await workshop.ReadyAsync(Workshop.Request(last, "healthy"));

        await Workshop.ExitAsync(endpoint, 1);

        Assert.True(await exits.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(last, exits.Current.Id);
    }

    [Fact]
    public async Task EveryListenerHearsOfAnExit()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();
        await using var first = workshop.Deployer.WatchExitsAsync(CancellationToken.None).GetAsyncEnumerator();
        await using var second = workshop.Deployer.WatchExitsAsync(CancellationToken.None).GetAsyncEnumerator();
        var endpoint = await workshop.ReadyAsync(Workshop.Request(id, "healthy"));

        await Workshop.ExitAsync(endpoint, 1);

        Assert.True(await first.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.True(await second.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(first.Current, second.Current);
    }
}
