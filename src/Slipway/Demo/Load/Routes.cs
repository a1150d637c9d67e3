using System.Globalization;

namespace Slipway.Demo.Load;

/// <summary>What people do in the shop.</summary>
internal static class Routes
{
    public static (HttpMethod Method, string Path) Draw(Random random) => random.NextDouble() switch
    {
        < 0.50 => (HttpMethod.Get, "/cart"),
        < 0.70 => (HttpMethod.Get, "/products"),
        < 0.85 => (HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"/products/{random.Next(1, 9)}")),
        < 0.95 => (HttpMethod.Get, "/"),
        _ => (HttpMethod.Post, "/checkout"),
    };
}
