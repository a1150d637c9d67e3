using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Slipway.Cluster.Membership;

/// <summary>
/// Hashes of the API tokens of all servers: the token of each is good for all, until that server starts with another one, or has not been there for
/// <see cref="Forgotten"/>. Whoever asks is answered from memory: the database is read beside the requests.
/// </summary>
/// <param name="source">The database that all share.</param>
/// <param name="server">Names this server over its restarts.</param>
public sealed partial class SharedTokens(NpgsqlDataSource source, string server, TimeProvider time, ILogger<SharedTokens> logger) : BackgroundService
{
    /// <summary>A server may be away for repairs, and gateways that were given its token go on meanwhile; one that is away for longer is taken for gone for good.</summary>
    public static readonly TimeSpan Forgotten = TimeSpan.FromDays(7);

    private static readonly TimeSpan BetweenReads = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenConfirmations = TimeSpan.FromHours(1);

    private volatile byte[][] _all = [];
    private string? _own;
    private long? _confirmedAt;
    private bool _said;

    /// <summary>This server's token, to be told the others as long as it runs. Before it starts.</summary>
    /// <param name="hash">SHA-256; the token itself is told nobody.</param>
    public void Own(byte[] hash) => _own = Convert.ToHexStringLower(hash);

    /// <summary>Whether it is the hash of a server's token, as far as the database was last heard of.</summary>
    public bool Knows(byte[] hash) => _all.Any(known => CryptographicOperations.FixedTimeEquals(known, hash));

    /// <summary>Knows the others' tokens before the first request.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(BetweenReads, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await LookAsync(stoppingToken);
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_confirmedAt is not { } last || time.GetElapsedTime(last) > BetweenConfirmations || !await ReadAsync(cancellationToken))
            {
                await ConfirmAsync(cancellationToken);
                await ReadAsync(cancellationToken);
            }

            _said = false;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (!_said)
                NotRead(logger, e);
            _said = true;
        }
    }

    /// <summary>What this server had before goes once, at its start: of two that have copies of one data directory, each puts its own back.</summary>
    private async Task ConfirmAsync(CancellationToken cancellationToken)
    {
        var now = time.GetTimestamp();
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("DELETE FROM slipway_cluster.tokens WHERE confirmed < now() - $1 OR server = $2 AND hash <> $3 AND $4")
        {
            Parameters = { new() { Value = Forgotten }, new() { Value = server }, new() { Value = _own }, new() { Value = _confirmedAt is null } },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand("INSERT INTO slipway_cluster.tokens (hash, server) VALUES ($1, $2) ON CONFLICT (hash) DO UPDATE SET server = $2, confirmed = now()")
        {
            Parameters = { new() { Value = _own }, new() { Value = server } },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
        _confirmedAt = now;
    }

    /// <summary>False when this server's own is not among them: somebody took them out.</summary>
    private async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        await using var read = source.CreateCommand("SELECT hash FROM slipway_cluster.tokens WHERE confirmed >= now() - $1");
        read.Parameters.AddWithValue(Forgotten);
        await using var reader = await read.ExecuteReaderAsync(cancellationToken);
        List<string> all = [];
        while (await reader.ReadAsync(cancellationToken))
            all.Add(reader.GetString(0));
        _all = [.. all.Select(Convert.FromHexString)];
        return all.Contains(_own!, StringComparer.Ordinal);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The tokens of the other servers cannot be read; those that are known stay good, and no other one is")]
    private static partial void NotRead(ILogger logger, Exception e);
}
