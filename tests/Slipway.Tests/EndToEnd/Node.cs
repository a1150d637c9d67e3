using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Slipway.Api;
using Slipway.Testing;

namespace Slipway.Tests.EndToEnd;

/// <summary>One server of a cluster, in a process of its own, on a machine of its own where there are several.</summary>
internal sealed partial class Node(string data, string database, Netns? machines, int number) : IAsyncDisposable
{
    private const int Stop = 19;
    private const int Continue = 18;

    private Child? _child;

    public Uri Api { get; private set; } = null!;

    public SlipwayClient Client { get; private set; } = null!;

    public string Errors => _child!.Errors;

    public string Output => _child!.Output;

    public int Number => number;

    /// <summary>Whether it can be asked now.</summary>
    public bool IsThere { get; private set; }

    private string Host => machines is null ? "127.0.0.1" : Netns.Address(number);

    private string Installation => File.ReadAllText(Path.Combine(data, "installation")).Trim();

    /// <summary>It ends in peace, its instances live on, and another process takes its place and its address.</summary>
    public async Task ReplaceAsync()
    {
        IsThere = false;
        Assert.Equal((int)ExitCode.Ok, await _child!.EndAsync(TimeSpan.FromSeconds(60)));
        await _child.DisposeAsync();
        Client.Dispose();
        await StartAsync();
    }

    public async Task StartAsync()
    {
        string[] server = ["server", "--data", data, "--listen", $"{Host}:{(Api is null ? FreePort() : Api.Port)}", "--gateway", "none", "--cluster", $"{Host}:0", "--database", database, "--until-stdin-closes"];
        _child = machines is null ? new Child(server) : new Child("ip", [.. machines.On(number), EndToEnd.Slipway, .. server]);
        Api = await _child.AddressAsync("page and API");
        Client = SlipwayClient.Connect(Api, await TokenAsync());
        IsThere = true;
    }

    public async Task<string> TokenAsync() => (await File.ReadAllTextAsync(Path.Combine(data, "token"))).Trim();

    public IReadOnlyList<Marked> Processes() => Marked.Of(Installation);

    /// <summary>As a power cut does, but for the instances, which live on.</summary>
    public Task KillAsync()
    {
        IsThere = false;
        return _child!.KillAsync();
    }

    public void Freeze()
    {
        IsThere = false;
        Signal(Stop);
    }

    public void Thaw() => Signal(Continue);

    public Task CutOffAsync()
    {
        IsThere = false;
        return machines!.CutOffAsync(number);
    }

    public Task ReconnectAsync() => machines!.ReconnectAsync(number);

    public async ValueTask DisposeAsync()
    {
        if (_child is not null)
            await _child.DisposeAsync();
        Client?.Dispose();
        foreach (var left in File.Exists(Path.Combine(data, "installation")) ? Processes() : [])
            _ = Kill(left.Pid, 9);
    }

    /// <summary>Whether it answers, and knows its projects.</summary>
    public async Task<bool> AnswersAsync()
    {
        try
        {
            return (await Client.StatusAsync(CancellationToken.None)).Projects is [_];
        }
        catch (Exception e) when (Refusal.IsBrokenConnection(e))
        {
            return false;
        }
    }

    public override string ToString() => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A server that begins anew listens where it did before.</summary>
    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>`ip netns exec` becomes the program it was told to run, so the pid is the server's own.</summary>
    private void Signal(int signal) => Assert.Equal(0, Kill(_child!.Pid, signal));

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
