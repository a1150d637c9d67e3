using System.Globalization;
using System.Net;
using System.Text;

namespace Shop;

/// <summary>The front page.</summary>
internal static class Page
{
    private const string Head = """
        <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Harbour shop</title><style>
        :root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}
        h1{margin:0}.v{opacity:.7;margin:.2rem 0 2rem}ul{list-style:none;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(12rem,1fr));gap:.8rem}
        li{border:1px solid #8886;border-radius:.6rem;padding:.8rem 1rem;display:flex;justify-content:space-between}b{font-weight:500}</style></head><body>
        <h1>Harbour shop</h1>
        """;

    public static string Render(string version, string environment)
    {
        var page = new StringBuilder(Head)
            .Append(CultureInfo.InvariantCulture, $"<p class=v>version {WebUtility.HtmlEncode(version)} in {WebUtility.HtmlEncode(environment)}</p><ul>");
        foreach (var product in Products.All)
        {
            page.Append(CultureInfo.InvariantCulture, $"<li><b>{WebUtility.HtmlEncode(product.Name)}</b><span>{product.Price:0.00}</span></li>");
        }

        return page.Append("</ul></body></html>").ToString();
    }
}
