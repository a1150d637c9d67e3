using System.CommandLine;

namespace Slipway.Demo;

/// <summary><c>slipway sample-shop</c>: the shop that the demo releases. It travels inside the executable, so that the demo runs wherever that does.</summary>
internal static class SampleShopCommand
{
    public static Command Make()
    {
        Command command = new("sample-shop", "The demo's web shop: reads shop.json, serves on PORT.") { Hidden = true };
        command.SetAction((_, cancellationToken) => Shop.ShopApp.RunAsync([], cancellationToken));
        return command;
    }
}
