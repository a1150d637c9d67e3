using Slipway.Testing;
using Slipway.Testing.Servers;

namespace Slipway.Tests.EndToEnd;

/// <summary>Events in a real PostgreSQL that goes away, a server that is killed, real processes, a real gateway, and users who ask all the while.</summary>
[Collection(EndToEnd.Name)]
public class DatabaseTests
{
    private const string Host = "shop.test";

    [Fact]
    public async Task ADatabaseThatIsRestartedInTheMiddleOfARampHoldsItUpAndNothingElse()
    {
        EndToEnd.NeedProcesses();
        await using var database = await PostgresServer.StartAsync();
        await using Installation shop = new() { Database = await database.CreateDatabaseAsync() };
        await using var users = await InTheMiddleAsync(shop);

        await database.DownAsync();
        var before = users.Answers;
        await Eventually.IsAsync("users are served without the database", () => users.Answers > before + 200);
        Assert.InRange((await shop.ProductionAsync()).Deployment?.WeightPercent ?? 0, 20, 100);
        await database.UpAsync();

        await EndsWellAsync(shop, users);
    }

    [Fact]
    public async Task AServerThatIsKilledGoesOnWhereTheDatabaseSaysThatItWas()
    {
        EndToEnd.NeedProcesses();
        await using var database = await PostgresServer.StartAsync();
        await using Installation shop = new() { Database = await database.CreateDatabaseAsync() };
        await using var users = await InTheMiddleAsync(shop);

        await shop.KillServerAsync();
        await shop.StartServerAsync();

        await EndsWellAsync(shop, users);
    }

    private static async Task<Users> InTheMiddleAsync(Installation shop)
    {
        await shop.StartServerAsync();
        await shop.StartGatewayAsync();
        await shop.ApplyAsync($$"""
            project: shop
            service: { host: {{Host}}, userKey: { cookie: uid } }
            environments:
              - name: production
                deploy: { process: { command: [{{EndToEnd.Service}}, healthy], health: /, stopGrace: 2s } }
                checks: []
                strategy: { ramp: { weights: [20%, 40%, 60%, 80%, 100%], every: 700ms } }
                promote: automatic
            """);
        await shop.ReleaseAsync("1.0.0");
        await shop.ServesAsync("1.0.0");
        Users users = new(shop.Gateway, Host);
        await shop.ReleaseAsync("1.1.0");
        await shop.EventuallyAsync("the ramp is in its middle", async () => (await shop.ProductionAsync()).Deployment is { ConfirmedPercent: >= 20 });
        return users;
    }

    private static async Task EndsWellAsync(Installation shop, Users users)
    {
        await shop.ServesAsync("1.1.0");
        await Eventually.IsAsync("only the new version runs", () => shop.Processes() is [{ Instance: "shop/production/1.1.0" }]);
        Assert.Empty(await users.ComplaintsAsync());
        var events = (await shop.Client.EventsAsync(0, CancellationToken.None)).Where(e => e.Stream == "deployment:shop.production.2").ToList();
        Assert.Equal([0, 1, 2, 3, 4, 5], events.Where(e => e.Type == "deployment.step-entered").Select(e => e.Data.GetProperty("index").GetInt32()));
        Assert.Equal((int)ExitCode.Ok, await shop.EndServerAsync());
        Assert.Empty(shop.Processes());
    }
}
