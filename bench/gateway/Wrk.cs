using System.Diagnostics;
using System.Globalization;

namespace Slipway.Bench.Gateway;

/// <summary>One run of wrk.</summary>
internal sealed record Load(long Requests, double Seconds, long Errors, double MedianMilliseconds, double P99Milliseconds)
{
    /// <summary>A thousand users, each known by a cookie; the requests are made beforehand, so that wrk itself costs little.</summary>
    public const string Script = """
        local requests = {}
        local turn = 0
        function init(args)
          for i = 1, 1000 do
            requests[i] = wrk.format("GET", "/", { ["Host"] = "127.0.0.1", ["Cookie"] = "theme=dark; uid=user-" .. i .. "; lang=en" })
          end
        end
        function request()
          turn = turn % 1000 + 1
          return requests[turn]
        end
        function done(summary, latency, _)
          local e = summary.errors
          io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration,
            e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50), latency:percentile(99)))
        end
        """;

    public static async Task<Load> RunAsync(string script, string address, int seconds)
    {
        var start = new ProcessStartInfo("wrk") { RedirectStandardOutput = true };
        foreach (var argument in (string[])["-t", "1", "-c", "32", "-d", $"{seconds}s", "-s", script, address])
            start.ArgumentList.Add(argument);
        using var wrk = Process.Start(start)!;
        var output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        var result = output.Split('\n').Single(line => line.StartsWith("RESULT", StringComparison.Ordinal)).Split(' ');
        var numbers = result.Skip(1).Select(n => long.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        return new(numbers[0], numbers[1] / 1e6, numbers[2], numbers[3] / 1e3, numbers[4] / 1e3);
    }
}
