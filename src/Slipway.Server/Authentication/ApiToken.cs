using System.Security.Cryptography;
using System.Text;
using Slipway.Cluster.Membership;

namespace Slipway.Server.Authentication;

/// <summary>The API's token: made on first start, kept in a file that only its owner can read, compared by hash in constant time.</summary>
internal sealed class ApiToken
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly TimeSpan BetweenReads = TimeSpan.FromSeconds(2);

    private readonly byte[] _hash;
    private readonly SharedTokens? _shared;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private byte[][] _others = [];
    private long? _readAt;

    private ApiToken(string token, SharedTokens? shared, TimeProvider time)
    {
        (_hash, _shared, _time) = (Hash(token), shared, time);
        shared?.Add(Convert.ToHexStringLower(_hash));
    }

    /// <summary>Reads the token, or makes one.</summary>
    /// <param name="shared">Where the tokens of the other servers of a cluster are known, each of which is good here too.</param>
    public static ApiToken Open(string file, SharedTokens? shared, TimeProvider time)
    {
        if (!File.Exists(file))
            Create(file);
        var token = File.ReadAllText(file).Trim();
        return token.Length >= 20 ? new ApiToken(token, shared, time)
            : throw new ServerStartException("SLIP0504", file, "the API token in it is too short to be one", "delete the file and start again: a new token is made");
    }

    public bool Matches(string? presented)
    {
        if (presented is null)
            return false;
        var hash = Hash(presented);
        return CryptographicOperations.FixedTimeEquals(_hash, hash) || IsOthers(hash);
    }

    /// <summary>What is not known is looked up again, though not for every wrong guess.</summary>
    private bool IsOthers(byte[] hash)
    {
        if (_shared is null)
            return false;
        lock (_lock)
        {
            if (Among(hash))
                return true;
            if (_readAt is { } last && _time.GetElapsedTime(last) < BetweenReads)
                return false;
            (_others, _readAt) = ([.. _shared.All().Select(Convert.FromHexString)], _time.GetTimestamp());
            return Among(hash);
        }
    }

    private bool Among(byte[] hash) => _others.Any(other => CryptographicOperations.FixedTimeEquals(other, hash));

    private static void Create(string file)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using FileStream stream = new(file, options);
        stream.Write(Encoding.ASCII.GetBytes($"slw_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24))}\n"));
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
