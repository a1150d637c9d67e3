using Npgsql;

namespace Slipway.Cluster.Membership;

/// <summary>Hashes of the API tokens of all servers: the token of each is good for all.</summary>
public sealed class SharedTokens
{
    private readonly NpgsqlDataSource _source;

    internal SharedTokens(NpgsqlDataSource source) => _source = source;

    /// <summary>Makes a token known to the others.</summary>
    /// <param name="hash">SHA-256 in hexadecimal; the token itself is told nobody.</param>
    public void Add(string hash)
    {
        using var add = _source.CreateCommand("INSERT INTO slipway_cluster.tokens (hash) VALUES ($1) ON CONFLICT DO NOTHING");
        add.Parameters.AddWithValue(hash);
        add.ExecuteNonQuery();
    }

    /// <summary>Every hash that is known.</summary>
    public IReadOnlyList<string> All()
    {
        using var read = _source.CreateCommand("SELECT hash FROM slipway_cluster.tokens");
        using var reader = read.ExecuteReader();
        List<string> all = [];
        while (reader.Read())
            all.Add(reader.GetString(0));
        return all;
    }
}
