using System.Collections.Concurrent;
using System.Diagnostics;
using Slipway.Testing;

namespace Slipway.Tests.EndToEnd;

/// <summary>A run of the executable in a process of its own.</summary>
internal sealed class Child : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();

    public Child(params string[] arguments) : this(EndToEnd.Slipway, arguments)
    {
    }

    public Child(string program, string[] arguments)
    {
        ProcessStartInfo info = new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in info.Environment.Keys.Where(k => k.StartsWith("SLIPWAY_", StringComparison.Ordinal)).ToList())
            info.Environment.Remove(name);
        _process = new Process { StartInfo = info };
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it wrote to standard output so far.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>What it wrote to standard error so far.</summary>
    public string Errors => string.Join('\n', _errors);

    /// <summary>The address that it says it listens on, after these words.</summary>
    public async Task<Uri> AddressAsync(string words)
    {
        await Eventually.IsAsync($"it says '{words}'", () => _process.HasExited || Said(words) is not null);
        Assert.True(Said(words) is not null, Output + Errors);
        return new Uri(Said(words)!);
    }

    public int Pid => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>SIGKILL, to this process alone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Closes its standard input, at which a server started so ends in peace, and waits for its end.</summary>
    public async Task<int> EndAsync(TimeSpan within)
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(within);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private string? Said(string words) =>
        _output.FirstOrDefault(l => l.Contains(words, StringComparison.Ordinal)) is { } line ? line[(line.IndexOf(words, StringComparison.Ordinal) + words.Length)..].Trim().Split([' ', ','])[0] : null;
}
