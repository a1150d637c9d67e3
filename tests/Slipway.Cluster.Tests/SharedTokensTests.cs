using Npgsql;
using Slipway.Cluster.Membership;
using Slipway.Storage;
using Slipway.Testing;
using Slipway.Testing.Servers;

namespace Slipway.Cluster.Tests;

/// <summary>Tokens of servers that share a real PostgreSQL; a hash stands for each.</summary>
public sealed class SharedTokensTests : IAsyncLifetime
{
    private static readonly byte[] Old = [1];
    private static readonly byte[] New = [2];
    private static readonly byte[] Others = [3];

    private readonly Lines<SharedTokens> _said = new();
    private readonly List<SharedTokens> _started = [];
    private PostgresServer _database = null!;
    private NpgsqlDataSource _source = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await PostgresServer.StartAsync();
        var address = PostgresAddress.Parse(await _database.CreateDatabaseAsync())!;
        _source = NpgsqlDataSource.Create(address.ConnectionString);
        await ClusterSchema.MigrateAsync(_source, address, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var tokens in _started)
        {
            await tokens.StopAsync(CancellationToken.None);
            tokens.Dispose();
        }

        await _source.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task AServerKnowsTheOthersFromItsStartAndTheySoonKnowIt()
    {
        var one = await StartAsync("one", Old);
        var other = await StartAsync("other", Others);

        Assert.True(other.Knows(Old));
        await Eventually.IsAsync("the first knows the second", () => one.Knows(Others));
        Assert.False(one.Knows(New));
    }

    [Fact]
    public async Task ATokenThatItsServerReplacedIsGoodNowhere()
    {
        await StopAsync(await StartAsync("one", Old));
        var other = await StartAsync("other", Others);
        Assert.True(other.Knows(Old));

        var again = await StartAsync("one", New);

        await Eventually.IsAsync("the other server knows the new one in place of the old one", () => other.Knows(New) && !other.Knows(Old));
        Assert.False(again.Knows(Old));
    }

    [Fact]
    public async Task ATokenThatNoServerHasConfirmedForAWeekIsGoodNowhere()
    {
        await StopAsync(await StartAsync("gone", Old));
        var other = await StartAsync("other", Others);

        await ExecuteAsync("UPDATE slipway_cluster.tokens SET confirmed = now() - interval '6 days 23 hours' WHERE server = 'gone'");
        Assert.True((await StartAsync("later", New)).Knows(Old));
        await ExecuteAsync("UPDATE slipway_cluster.tokens SET confirmed = now() - interval '7 days 1 second' WHERE server = 'gone'");

        await Eventually.IsAsync("it is forgotten", () => !other.Knows(Old));
    }

    [Fact]
    public async Task OfTokensThatAPersonTakesOutThoseOfServersThatRunComeBack()
    {
        await StopAsync(await StartAsync("gone", Old));
        var one = await StartAsync("one", New);
        var other = await StartAsync("other", Others);
        Assert.True(other.Knows(Old));

        await ExecuteAsync("DELETE FROM slipway_cluster.tokens");

        await Eventually.IsAsync("only those that run are known", () => one.Knows(Others) && other.Knows(New) && !one.Knows(Old) && !other.Knows(Old));
    }

    [Fact]
    public async Task CopiesOfOneServerWithTokensOfTheirOwnAreBothGood()
    {
        var one = await StartAsync("one", Old);
        var copy = await StartAsync("one", New);

        await Eventually.IsAsync("both are known to both", () => one.Knows(New) && copy.Knows(Old) && one.Knows(Old) && copy.Knows(New));
    }

    [Fact]
    public async Task WhileTheDatabaseIsAwayWhatIsKnownStaysGoodAndNothingElseIs()
    {
        await StartAsync("one", Old);
        var other = await StartAsync("other", Others);
        await _database.DownAsync();
        await Eventually.IsAsync("they cannot be read", () => _said.Count("cannot be read") >= 2);

        Assert.Equal((true, true, false), (other.Knows(Old), other.Knows(Others), other.Knows(New)));
        await _database.UpAsync();
        await StartAsync("third", New);
        await Eventually.IsAsync("they are read again", () => other.Knows(New));
    }

    [Fact]
    public async Task AServerThatStartsWhileTheDatabaseIsAwayIsKnownOnceItIsBack()
    {
        var one = await StartAsync("one", Old);
        await _database.DownAsync();
        await StartAsync("other", Others);
        await _database.UpAsync();

        await Eventually.IsAsync("it is known", () => one.Knows(Others));
    }

    /// <summary>While servers are upgraded one after the other.</summary>
    [Fact]
    public async Task ATokenThatAServerOfBeforeWroteIsGood()
    {
        await ExecuteAsync("INSERT INTO slipway_cluster.tokens (hash) VALUES ('01') ON CONFLICT DO NOTHING");

        Assert.True((await StartAsync("one", New)).Knows(Old));
    }

    private async Task<SharedTokens> StartAsync(string server, byte[] own)
    {
        SharedTokens tokens = new(_source, server, TimeProvider.System, _said);
        _started.Add(tokens);
        tokens.Own(own);
        await tokens.StartAsync(CancellationToken.None);
        return tokens;
    }

    private static Task StopAsync(SharedTokens tokens) => tokens.StopAsync(CancellationToken.None);

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
