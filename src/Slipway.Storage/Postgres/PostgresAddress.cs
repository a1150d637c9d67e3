using System.Globalization;
using Npgsql;
using Slipway.Core.Configuration;

namespace Slipway.Storage;

/// <summary>
/// Where a PostgreSQL database is and how to get in: <c>postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=require</c>. Of several hosts
/// (<c>HOST:PORT,HOST:PORT</c>) the one that can be written is used, whichever that is by then.
/// </summary>
public sealed record PostgresAddress
{
    private PostgresAddress(string connectionString, string shown) => (ConnectionString, Shown) = (connectionString, shown);

    /// <summary>Holds the password: not for people and not for logs.</summary>
    internal string ConnectionString { get; }

    /// <summary>Without the password.</summary>
    public string Shown { get; }

    /// <summary>Null when it is nothing of the kind.</summary>
    /// <remarks>What stands behind the question mark are Npgsql's settings. Without a password the environment (PGPASSWORD, PGPASSFILE) is asked.</remarks>
    public static PostgresAddress? Parse(string text)
    {
        var (one, others) = Hosts(text);
        if (!Uri.TryCreate(one, UriKind.Absolute, out var uri) || uri.Scheme is not ("postgres" or "postgresql") || uri.AbsolutePath.Length < 2)
            return null;
        NpgsqlConnectionStringBuilder builder = new()
        {
            Host = uri.Host, Port = uri.IsDefaultPort || uri.Port < 0 ? 5432 : uri.Port, Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]),
            ApplicationName = "slipway", Timeout = 10, CommandTimeout = 30, MaxPoolSize = 50, KeepAlive = 10, MaxAutoPrepare = 20, AutoPrepareMinUsages = 2, IncludeErrorDetail = false,
        };
        if (others.Length > 0)
            (builder.Host, builder.TargetSessionAttributes) = (string.Join(',', others.Prepend(string.Create(CultureInfo.InvariantCulture, $"{builder.Host}:{builder.Port}"))), "primary");
        var user = uri.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
            builder.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1)
            builder.Password = Uri.UnescapeDataString(user[1]);
        try
        {
            foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
            {
                var (key, value) = pair.Split('=', 2) is [var k, var v] ? (k, v) : (pair, "");
                builder[Uri.UnescapeDataString(key)] = Uri.UnescapeDataString(value);
            }
        }
        catch (ArgumentException)
        {
            return null;
        }

        return new PostgresAddress(builder.ToString(), string.Create(CultureInfo.InvariantCulture, $"postgres://{builder.Username}@{builder.Host}{(others.Length > 0 ? "" : $":{builder.Port}")}/{builder.Database}"));
    }

    /// <summary>A pool of connections; of several hosts only to the one that can be written.</summary>
    internal NpgsqlDataSource Pool()
    {
        NpgsqlConnectionStringBuilder settings = new(ConnectionString);
        if (settings.TargetSessionAttributes is null)
            return NpgsqlDataSource.Create(settings);
        settings.TargetSessionAttributes = null;
        return new NpgsqlDataSourceBuilder(settings.ToString()).BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary);
    }

    /// <summary>An address with its first host only, which is one that others can read too; and the other hosts.</summary>
    private static (string One, string[] Others) Hosts(string text)
    {
        var begin = text.IndexOf("//", StringComparison.Ordinal) + 2;
        if (begin < 2 || text.IndexOf('/', begin) is not (> 0 and var end))
            return (text, []);
        begin = text.LastIndexOf('@', end - 1, end - begin) is >= 0 and var at ? at + 1 : begin;
        var hosts = text[begin..end].Split(',');
        return (text[..begin] + hosts[0] + text[end..], [.. hosts.Skip(1).Select(h => h.Contains(':', StringComparison.Ordinal) ? h : $"{h}:5432")]);
    }

    public override string ToString() => Shown;

    internal StoreException Unusable(Exception inner) =>
        new(new Problem("SLIP0516", Shown, $"the database cannot be used ({inner.Message})", "see that PostgreSQL runs there, and that this user may connect and create a schema in this database"), inner);

    internal StoreException Unknown(Exception inner) =>
        new(new Problem("SLIP0517", Shown, $"the connection was lost while something was saved ({inner.Message}), and whether it was could not be found out", "look at `slipway status` once the database is back, and ask again if it did not happen"), inner);
}
