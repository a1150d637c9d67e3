using System.Globalization;
using System.Text.Json;
using Npgsql;
using Orleans;
using Orleans.Runtime;

namespace Slipway.Cluster.Membership;

/// <summary>
/// Who is in the cluster, for Orleans: one row a server and one version of the whole. A row changes only together with the version that its
/// writer has seen, so that two servers never both decide who is dead. A database holds one cluster.
/// </summary>
internal sealed class PostgresMembershipTable(NpgsqlDataSource source) : IMembershipTable
{
    private const string Columns = "address, etag, status, suspects, proxy_port, host, name, role, started, alive";

    /// <summary>The tables are made when the server starts, before its silo.</summary>
    public Task InitializeMembershipTable(bool tryInitTableVersion) => Task.CompletedTask;

    public async Task DeleteMembershipTableEntries(string clusterId)
    {
        await using var delete = source.CreateCommand("DELETE FROM slipway_cluster.members");
        await delete.ExecuteNonQueryAsync();
    }

    public async Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate)
    {
        await using var delete = source.CreateCommand("DELETE FROM slipway_cluster.members WHERE status = $1 AND GREATEST(started, alive) < $2");
        delete.Parameters.AddWithValue((int)SiloStatus.Dead);
        delete.Parameters.AddWithValue(beforeDate.ToUniversalTime());
        await delete.ExecuteNonQueryAsync();
    }

    public async Task<MembershipTableData> ReadRow(SiloAddress key)
    {
        var all = await ReadAll();
        return all.TryGet(key) is { } row ? new MembershipTableData(row, all.Version) : new MembershipTableData(all.Version);
    }

    /// <summary>Version and rows of one moment: a single statement sees a single snapshot.</summary>
    public async Task<MembershipTableData> ReadAll()
    {
        await using var command = source.CreateCommand($"SELECT v.version, {Columns} FROM slipway_cluster.membership v LEFT JOIN slipway_cluster.members m ON true");
        await using var reader = await command.ExecuteReaderAsync();
        List<Tuple<MembershipEntry, string>> rows = [];
        var version = 0;
        while (await reader.ReadAsync())
        {
            version = reader.GetInt32(0);
            if (!await reader.IsDBNullAsync(1))
                rows.Add(Row(reader));
        }

        return new MembershipTableData(rows, new TableVersion(version, version.ToString(CultureInfo.InvariantCulture)));
    }

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => WriteAsync(tableVersion, connection =>
    {
        NpgsqlCommand insert = new(
            $"INSERT INTO slipway_cluster.members ({Columns}) VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING", connection);
        Fill(insert, entry);
        return insert;
    });

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => WriteAsync(tableVersion, connection =>
    {
        NpgsqlCommand update = new(
            "UPDATE slipway_cluster.members SET etag = etag + 1, status = $2, suspects = $3, proxy_port = $4, host = $5, name = $6, role = $7, started = $8, alive = $9 WHERE address = $1 AND etag = $10", connection);
        Fill(update, entry);
        update.Parameters.AddWithValue(long.Parse(etag, CultureInfo.InvariantCulture));
        return update;
    });

    public async Task UpdateIAmAlive(MembershipEntry entry)
    {
        await using var update = source.CreateCommand("UPDATE slipway_cluster.members SET alive = $2 WHERE address = $1");
        update.Parameters.AddWithValue(entry.SiloAddress.ToParsableString());
        update.Parameters.AddWithValue(Utc(entry.IAmAliveTime));
        await update.ExecuteNonQueryAsync();
    }

    /// <summary>False when somebody else changed the membership since the writer read it; nothing is written then.</summary>
    private async Task<bool> WriteAsync(TableVersion next, Func<NpgsqlConnection, NpgsqlCommand> change)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using NpgsqlCommand version = new("UPDATE slipway_cluster.membership SET version = $1 WHERE version = $2", connection);
        version.Parameters.AddWithValue(next.Version);
        version.Parameters.AddWithValue(int.Parse(next.VersionEtag, CultureInfo.InvariantCulture));
        await using var row = change(connection);
        if (await version.ExecuteNonQueryAsync() != 1 || await row.ExecuteNonQueryAsync() != 1)
            return false;
        await transaction.CommitAsync();
        return true;
    }

    private static void Fill(NpgsqlCommand command, MembershipEntry entry)
    {
        command.Parameters.AddWithValue(entry.SiloAddress.ToParsableString());
        command.Parameters.AddWithValue((int)entry.Status);
        command.Parameters.AddWithValue(JsonSerializer.Serialize(entry.SuspectTimes?.Select(s => new Suspect(s.Item1.ToParsableString(), Utc(s.Item2))) ?? []));
        command.Parameters.AddWithValue(entry.ProxyPort);
        command.Parameters.AddWithValue(entry.HostName ?? "");
        command.Parameters.AddWithValue(entry.SiloName ?? "");
        command.Parameters.AddWithValue(entry.RoleName ?? "");
        command.Parameters.AddWithValue(Utc(entry.StartTime));
        command.Parameters.AddWithValue(Utc(entry.IAmAliveTime));
    }

    private static Tuple<MembershipEntry, string> Row(NpgsqlDataReader reader) => Tuple.Create(
        new MembershipEntry
        {
            SiloAddress = SiloAddress.FromParsableString(reader.GetString(1)),
            Status = (SiloStatus)reader.GetInt32(3),
            SuspectTimes = [.. JsonSerializer.Deserialize<Suspect[]>(reader.GetString(4))!.Select(s => Tuple.Create(SiloAddress.FromParsableString(s.By), s.At))],
            ProxyPort = reader.GetInt32(5),
            HostName = reader.GetString(6),
            SiloName = reader.GetString(7),
            RoleName = reader.GetString(8),
            StartTime = reader.GetDateTime(9),
            IAmAliveTime = reader.GetDateTime(10),
        },
        reader.GetInt64(2).ToString(CultureInfo.InvariantCulture));

    private static DateTime Utc(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Utc);

    private sealed record Suspect(string By, DateTime At);
}
