using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Slipway.Server.Page;

/// <summary>The page's files, out of the executable itself.</summary>
internal static class PageFiles
{
    /// <summary>Nothing is loaded from anywhere else, and nothing may frame the page.</summary>
    private const string Policy = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public static void Map(IEndpointRouteBuilder app)
    {
        Map(app, "/", "index.html", "text/html; charset=utf-8");
        Map(app, "/app.js", "app.js", "text/javascript; charset=utf-8");
        Map(app, "/actions.js", "actions.js", "text/javascript; charset=utf-8");
        Map(app, "/app.css", "app.css", "text/css; charset=utf-8");
    }

    private static void Map(IEndpointRouteBuilder app, string path, string file, string type)
    {
        var content = Read(file);
        app.MapGet(path, (HttpContext context) =>
        {
            context.Response.Headers.ContentSecurityPolicy = Policy;
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers["Referrer-Policy"] = "no-referrer";
            context.Response.Headers.CacheControl = "no-cache";
            return Results.Bytes(content, type);
        }).ExcludeFromDescription();
    }

    private static byte[] Read(string file)
    {
        using var stream = typeof(PageFiles).Assembly.GetManifestResourceStream($"Slipway.Server.Page.{file}") ?? throw new InvalidOperationException($"page file {file} is missing from the build");
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
