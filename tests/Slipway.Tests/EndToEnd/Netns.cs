using System.Diagnostics;
using System.Globalization;

namespace Slipway.Tests.EndToEnd;

/// <summary>Machines on one machine: network namespaces on a bridge of their own, each with an address. At the end nothing of them is left.</summary>
internal sealed class Netns : IAsyncDisposable
{
    private readonly string _bridge;
    private readonly int _count;

    private Netns(string bridge, int count) => (_bridge, _count) = (bridge, count);

    /// <summary>Where the machines reach this one.</summary>
    public const string Here = "10.213.0.1";

    /// <summary>The network of all of them.</summary>
    public const string Network = "10.213.0.0/24";

    public static string Address(int machine) => string.Create(CultureInfo.InvariantCulture, $"10.213.0.{10 + machine}");

    /// <summary>Skips a test where no namespace may be made.</summary>
    public static void Need()
    {
        var missing = Environment.UserName != "root" ? "making network namespaces needs root" : !File.Exists("/usr/sbin/ip") && !File.Exists("/sbin/ip") ? "ip is missing: apt-get install iproute2" : null;
        if (missing is null)
            return;
        if (Environment.GetEnvironmentVariable("SLIPWAY_REQUIRE_REAL") == "1")
            Assert.Fail(missing);
        Assert.Skip(missing);
    }

    public static async Task<Netns> CreateAsync(int machines)
    {
        Netns all = new($"slipbr{Environment.ProcessId % 10_000}", machines);
        await RunAsync("link", "add", all._bridge, "type", "bridge");
        await RunAsync("addr", "add", $"{Here}/24", "dev", all._bridge);
        await RunAsync("link", "set", all._bridge, "up");
        for (var i = 0; i < machines; i++)
        {
            await RunAsync("netns", "add", all.Name(i));
            await RunAsync("link", "add", all.Outside(i), "type", "veth", "peer", "name", "eth0", "netns", all.Name(i));
            await RunAsync("link", "set", all.Outside(i), "master", all._bridge, "up");
            await RunAsync("-n", all.Name(i), "addr", "add", $"{Address(i)}/24", "dev", "eth0");
            await RunAsync("-n", all.Name(i), "link", "set", "eth0", "up");
            await RunAsync("-n", all.Name(i), "link", "set", "lo", "up");
        }

        return all;
    }

    /// <summary>What a program is started with to run on a machine.</summary>
    public string[] On(int machine) => ["netns", "exec", Name(machine)];

    /// <summary>Nothing reaches the machine any more, and nothing leaves it.</summary>
    public Task CutOffAsync(int machine) => RunAsync("link", "set", Outside(machine), "down");

    public Task ReconnectAsync(int machine) => RunAsync("link", "set", Outside(machine), "up");

    public async ValueTask DisposeAsync()
    {
        for (var i = 0; i < _count; i++)
            await RunAsync("netns", "del", Name(i));
        await RunAsync("link", "del", _bridge);
    }

    private string Name(int machine) => string.Create(CultureInfo.InvariantCulture, $"{_bridge}-{machine}");

    private string Outside(int machine) => string.Create(CultureInfo.InvariantCulture, $"{_bridge}v{machine}");

    private static async Task RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"ip {string.Join(' ', arguments)}: {error}");
    }
}
