using Slipway.Gateway.Agent;
using Slipway.Testing.Servers;

namespace Slipway.Gateway.Tests.Agent;

public sealed class ServerLinkTests
{
    [Fact]
    public async Task AServerThatResetsItsConnectionsIsAway()
    {
        using ResettingServer server = new();
        using ServerLink link = new(new GatewayAgentOptions { Server = server.Address, Gateway = "edge-1", Token = "secret" });

        // The reset that the HTTP client does not wrap is one in a hundred.
        for (var i = 0; i < 500; i++)
            await Assert.ThrowsAsync<HttpRequestException>(() => link.NewerAsync(0, CancellationToken.None));
    }

    [Fact]
    public async Task AServerThatResetsItsConnectionsIsLeftForAnother()
    {
        using ResettingServer server = new();
        await using var other = await Control.StartAsync();
        other.Offer(Tables.Table(7));

        for (var i = 0; i < 200; i++)
        {
            using ServerLink link = new(new GatewayAgentOptions { Server = server.Address, AlsoServers = [other.Address], Gateway = "edge-1", Token = "secret" });
            await Assert.ThrowsAsync<HttpRequestException>(() => link.NewerAsync(0, CancellationToken.None));
            Assert.Equal(7, (await link.NewerAsync(0, CancellationToken.None))!.Version);
        }
    }
}
