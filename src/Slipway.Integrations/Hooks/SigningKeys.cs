using System.Security.Cryptography;
using System.Text;

namespace Slipway.Integrations.Hooks;

/// <summary>Keys that webhooks are signed with: a variable of the server that the hook names, or else the installation's own, made when it is first needed.</summary>
internal sealed class SigningKeys(string dataDirectory, Func<string, string?> variable)
{
    private const int Bytes = 32;

    private readonly Lock _lock = new();

    /// <summary>The key, or why there is none.</summary>
    public (byte[]? Key, string Problem) Find(string? name)
    {
        if (name is null)
            return (Own(), "");
        return variable(name) is { Length: > 0 } secret
            ? (Encoding.UTF8.GetBytes(secret), "")
            : (null, $"the server has no variable {name}, which holds the key it is signed with; start the server with it, or leave 'secret' out");
    }

    /// <summary>For the owner's eyes only, as the API token is.</summary>
    private byte[] Own()
    {
        lock (_lock)
        {
            var file = Path.Combine(dataDirectory, "hook-key");
            if (!File.Exists(file))
                Make(file, Encoding.ASCII.GetBytes(Convert.ToHexString(RandomNumberGenerator.GetBytes(Bytes)).ToLowerInvariant()));
            return File.ReadAllBytes(file);
        }
    }

    private static void Make(string file, byte[] key)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using FileStream made = new(file, options);
        made.Write(key);
    }
}
