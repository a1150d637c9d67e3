using System.Security.Cryptography;
using System.Text;
using Slipway.Cluster.Membership;

namespace Slipway.Server.Authentication;

/// <summary>The API's token: made on first start, kept in a file that only its owner can read, compared by hash in constant time.</summary>
internal sealed class ApiToken
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly byte[] _hash;
    private readonly SharedTokens? _shared;

    private ApiToken(string token, SharedTokens? shared)
    {
        (_hash, _shared) = (Hash(token), shared);
        shared?.Own(_hash);
    }

    /// <summary>Reads the token, or makes one.</summary>
    /// <param name="shared">Where the tokens of the other servers of a cluster are known, each of which is good here too.</param>
    public static ApiToken Open(string file, SharedTokens? shared)
    {
        if (!File.Exists(file))
            Create(file);
        var token = File.ReadAllText(file).Trim();
        return token.Length >= 20 ? new ApiToken(token, shared)
            : throw new ServerStartException("SLIP0504", file, "the API token in it is too short to be one", "delete the file and start again: a new token is made");
    }

    public bool Matches(string? presented) =>
        presented is not null && Hash(presented) is var hash && (CryptographicOperations.FixedTimeEquals(_hash, hash) || _shared?.Knows(hash) == true);

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
