using Microsoft.Extensions.Time.Testing;
using Slipway.Engine.Ports;
using Slipway.Integrations.Routers.Gateways;
using Slipway.Testing.Contracts;

namespace Slipway.Integrations.Tests.Routers;

/// <summary>Two gateways, which take a table when the test says so.</summary>
public sealed class GatewayRouterContractTests : TrafficRouterContract
{
    private readonly GatewayRouter _router = new(new FakeTimeProvider());
    private readonly Link _first = new() { Name = "first" };
    private readonly Link _second = new() { Name = "second" };

    public GatewayRouterContractTests()
    {
        _router.Add(_first);
        _router.Add(_second);
    }

    protected override ITrafficRouter Router => _router;

    protected override Task FollowAsync() => TakeAsync(_first, _second);

    protected override Task FollowInPartAsync() => TakeAsync(_first);

    protected override Task LoseAllAsync()
    {
        _first.IsAlive = _second.IsAlive = false;
        return Task.CompletedTask;
    }

    private Task TakeAsync(params Link[] links)
    {
        foreach (var link in links)
            link.Serves = link.Offered?.Version;
        _router.Changed();
        return Task.CompletedTask;
    }
}
