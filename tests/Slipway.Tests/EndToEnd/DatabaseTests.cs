using Microsoft.Data.Sqlite;
using Slipway.Api;
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

    [Fact]
    public async Task ADatabaseThatFailsOverToItsReplicaLosesNothingAndNobodyHasToDoAnything()
    {
        EndToEnd.NeedProcesses();
        await using var database = await PostgresServer.StartAsync();
        var address = await database.CreateDatabaseAsync();
        await database.StartStandbyAsync();
        await using Installation shop = new() { Database = database.OnBoth(address) };
        await using var users = await InTheMiddleAsync(shop);
        var before = await shop.Client.EventsAsync(0, CancellationToken.None);

        await database.FailOverAsync();

        await shop.ServesAsync("1.1.0");
        var after = await shop.Client.EventsAsync(0, CancellationToken.None);
        Assert.Equal(before.Select(e => (e.Position, e.Stream, e.Version)), after.Take(before.Count).Select(e => (e.Position, e.Stream, e.Version)));
        await EndsWellAsync(shop, users);
    }

    [Fact]
    public async Task ADiskThatIsFullInTheMiddleOfARampIsToldAndHoldsUpNothingButDecisions()
    {
        EndToEnd.NeedProcesses();
        await using Installation shop = new();
        await using var disk = await SmallDisk.MountAsync(Path.Combine(shop.Home, "data"));
        await using var users = await InTheMiddleAsync(shop, every: "3s");
        Assert.NotEmpty(shop.Processes());

        disk.Fill();
        await Eventually.IsAsync("a command is refused", async () => await RefusalAsync(shop) == (503, "SLIP0525"));
        var answers = users.Answers;
        await Eventually.IsAsync("users are served all the same", () => users.Answers > answers + 200);
        Assert.InRange((await shop.ProductionAsync()).Deployment?.WeightPercent ?? 0, 20, 100);
        disk.MakeRoom();

        await Eventually.IsAsync("commands are taken again", async () => await RefusalAsync(shop) is null);
        await EndsWellAsync(shop, users);
    }

    [Fact]
    public async Task AFileThatAnotherProcessLocksHoldsUpDecisionsAndNothingIsLost()
    {
        EndToEnd.NeedProcesses();
        await using Installation shop = new();
        await using var users = await InTheMiddleAsync(shop, every: "3s");
        await using SqliteConnection other = new($"Data Source={Path.Combine(shop.Home, "data", "slipway.db")};Pooling=False");
        await other.OpenAsync();

        await RunAsync(other, "BEGIN EXCLUSIVE");
        await Eventually.IsAsync("a command is refused", async () => await RefusalAsync(shop) == (503, "SLIP0525"));
        var answers = users.Answers;
        await Eventually.IsAsync("users are served all the same", () => users.Answers > answers + 200);
        Assert.InRange((await shop.ProductionAsync()).Deployment?.WeightPercent ?? 0, 20, 100);
        await RunAsync(other, "ROLLBACK");

        await Eventually.IsAsync("commands are taken again", async () => await RefusalAsync(shop) is null);
        await EndsWellAsync(shop, users);
    }

    [Fact]
    public async Task ADamagedFileIsRefusedAtTheStartByItsNameWithWhatToDo()
    {
        EndToEnd.NeedProcesses();
        await using Installation shop = new();
        await shop.StartServerAsync();
        await shop.ApplyAsync("project: shop\nenvironments: [{ name: production, deploy: { process: { command: [shop] } }, checks: [] }]\n");
        Assert.Equal((int)ExitCode.Ok, await shop.EndServerAsync());
        var file = Path.Combine(shop.Home, "data", "slipway.db");
        await using (SqliteConnection whole = new($"Data Source={file};Pooling=False"))
        {
            await whole.OpenAsync();
            await RunAsync(whole, "PRAGMA wal_checkpoint(TRUNCATE)");
        }

        var content = await File.ReadAllBytesAsync(file);
        Array.Fill(content, (byte)0x5a, 4096, content.Length - 4096);
        await File.WriteAllBytesAsync(file, content);

        await using Child server = new("server", "--data", Path.Combine(shop.Home, "data"), "--listen", "127.0.0.1:0", "--gateway", "none");
        await Eventually.IsAsync("it has ended", () => server.HasEnded);

        Assert.Equal((int)ExitCode.Failed, await server.EndAsync(TimeSpan.FromSeconds(5)));
        Assert.Contains("SLIP05", server.Errors, StringComparison.Ordinal);
        Assert.Contains(file, server.Errors, StringComparison.Ordinal);
        Assert.Contains("slipway restore", server.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Errors, StringComparison.Ordinal);
    }

    private static async Task RunAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The text is a constant of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>How a command is refused that saves something and changes nothing; null when it is not.</summary>
    private static async Task<(int Status, string Code)?> RefusalAsync(Installation shop)
    {
        try
        {
            foreach (var verb in (string[])["hold", "unhold"])
                await shop.Client.ActAsync("shop", "production", verb, new ActionRequest("ada", "to see"), CancellationToken.None);
            return null;
        }
        catch (SlipwayApiException e)
        {
            return (e.Problem.Status, e.Problem.Problems[0].Code);
        }
    }

    private static async Task<Users> InTheMiddleAsync(Installation shop, string every = "700ms")
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
                strategy: { ramp: { weights: [20%, 40%, 60%, 80%, 100%], every: {{every}} } }
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
