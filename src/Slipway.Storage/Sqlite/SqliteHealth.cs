using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Slipway.Engine.Ports;

namespace Slipway.Storage;

/// <summary>How the file is.</summary>
public sealed partial class SqliteEventStore : IStoreHealth
{
    public async Task<StoreHealth> CheckAsync(CancellationToken cancellationToken)
    {
        var what = $"SQLite {_writer.ServerVersion} in {_file}";
        try
        {
            await using var connection = await ConnectAsync(cancellationToken);
            using var version = Command(connection, "PRAGMA user_version");
            var schema = Convert.ToInt32(await version.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
            using var check = Command(connection, "PRAGMA quick_check(1)");
            var found = (string?)await check.ExecuteScalarAsync(cancellationToken);
            var begun = Stopwatch.GetTimestamp();
            await WriteAsync(transaction =>
            {
                using var touch = Command(_writer, "UPDATE horizon SET position = position");
                touch.Transaction = transaction;
                return touch.ExecuteNonQuery();
            }, cancellationToken);
            return new StoreHealth(what, schema, Stopwatch.GetElapsedTime(begun), null, found == "ok" ? null : $"its content is damaged: {found}");
        }
        catch (Exception e) when (e is SqliteException or StoreException)
        {
            return new StoreHealth(what, 0, TimeSpan.Zero, null, e.Message);
        }
    }
}
