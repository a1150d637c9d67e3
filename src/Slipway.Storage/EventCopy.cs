using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Slipway.Core.Configuration;
using Slipway.Engine.Ports;

namespace Slipway.Storage;

/// <summary>What was copied.</summary>
/// <param name="Sha256">Of all events as they were read back from the target, in lower-case hex.</param>
public sealed record CopiedEvents(long Events, string Sha256);

/// <summary>
/// Moves all events of one store into an empty PostgreSQL database, with their positions, and what the checks saw. All or nothing: a copy that broke
/// off left nothing behind.
/// </summary>
public static class EventCopy
{
    private const int Page = 1000;

    /// <param name="from">The events.</param>
    /// <param name="analyses">What checks saw, of the same file.</param>
    /// <param name="progress">How many events have been copied so far.</param>
    /// <exception cref="StoreException">The target is not empty or cannot be used, or what is read back is not what was written.</exception>
    public static async Task<CopiedEvents> ToPostgresAsync(IEventStore from, SqliteAnalysisStore analyses, PostgresAddress to, TimeProvider time, IProgress<long> progress, CancellationToken cancellationToken)
    {
        await using var target = await PostgresEventStore.OpenAsync(to, time, cancellationToken);
        if (await target.LastPositionAsync(cancellationToken) > 0)
            throw new StoreException(new Problem("SLIP0519", to.Shown, "the database already holds events", "name an empty database, or drop the schema `slipway` in this one if it is not needed"));
        try
        {
            await using NpgsqlConnection connection = new(to.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var last = await WriteAsync(from, connection, progress, cancellationToken);
            await using NpgsqlCommand position = new("UPDATE slipway.positions SET last = $1", connection) { Parameters = { new NpgsqlParameter<long> { TypedValue = last } } };
            await position.ExecuteNonQueryAsync(cancellationToken);
            await analyses.CopyToAsync(connection, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (NpgsqlException e)
        {
            throw to.Unusable(e);
        }

        var (source, copy) = (await HashAsync(from, cancellationToken), await HashAsync(target, cancellationToken));
        return source == copy
            ? copy
            : throw new StoreException(new Problem("SLIP0520", to.Shown, $"the copy differs: {source.Events} events were there, {copy.Events} are here", "stop the server that still writes, drop the schema `slipway` in the target, and copy again"));
    }

    /// <summary>How many events a store has, and one fingerprint of all.</summary>
    public static async Task<CopiedEvents> HashAsync(IEventStore store, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var count = 0L;
        await foreach (var e in AllAsync(store, cancellationToken))
        {
            count++;
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{e.Position}\0{e.Stream}\0{e.Version}\0{e.Type}\0{e.Data}\0{e.At:O}\0")));
        }

        return new CopiedEvents(count, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static async Task<long> WriteAsync(IEventStore from, NpgsqlConnection connection, IProgress<long> progress, CancellationToken cancellationToken)
    {
        var (last, count) = (0L, 0L);
        await using var writer = await connection.BeginBinaryImportAsync("COPY slipway.events (position, stream, version, id, type, data, at) FROM STDIN (FORMAT BINARY)", cancellationToken);
        await foreach (var e in AllAsync(from, cancellationToken))
        {
            await writer.StartRowAsync(cancellationToken);
            await writer.WriteAsync(last = e.Position, NpgsqlDbType.Bigint, cancellationToken);
            await writer.WriteAsync(e.Stream, NpgsqlDbType.Text, cancellationToken);
            await writer.WriteAsync(e.Version, NpgsqlDbType.Bigint, cancellationToken);
            await writer.WriteAsync(Guid.NewGuid(), NpgsqlDbType.Uuid, cancellationToken);
            await writer.WriteAsync(e.Type, NpgsqlDbType.Text, cancellationToken);
            await writer.WriteAsync(e.Data, NpgsqlDbType.Text, cancellationToken);
            await writer.WriteAsync(e.At.ToString("O", CultureInfo.InvariantCulture), NpgsqlDbType.Text, cancellationToken);
            if (++count % Page == 0)
                progress.Report(count);
        }

        await writer.CompleteAsync(cancellationToken);
        progress.Report(count);
        return last;
    }

    private static async IAsyncEnumerable<RecordedEvent> AllAsync(IEventStore store, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var after = 0L; await store.ReadAllAsync(after, Page, cancellationToken) is { IsEmpty: false } page; after = page[^1].Position)
        {
            foreach (var e in page)
                yield return e;
        }
    }
}
