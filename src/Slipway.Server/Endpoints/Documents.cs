using System.Text;
using Microsoft.AspNetCore.Http;

namespace Slipway.Server.Endpoints;

/// <summary>Documents that are sent as they were written.</summary>
internal static class Documents
{
    /// <summary>The reader refuses larger documents; this only bounds what is read before it can say so.</summary>
    private const int MostBytes = 2 * 1024 * 1024;

    /// <summary>The text; null when it is too large.</summary>
    public static async Task<string?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using MemoryStream all = new();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (all.Length + read > MostBytes)
                return null;
            all.Write(buffer, 0, read);
        }

        return Encoding.UTF8.GetString(all.GetBuffer(), 0, (int)all.Length);
    }
}
