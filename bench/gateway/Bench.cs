using System.Text.Json;

namespace Slipway.Bench.Gateway;

/// <summary>
/// Requests a second and processor time a request of each proxy before the same backend. The order changes with every round, so that no
/// proxy always meets the same state of the machine; what is told is the median of the rounds.
/// </summary>
internal static class Bench
{
    private const string Bare = "bare YARP";

    public static async Task<int> RunAsync(bool quick, bool json)
    {
        var (rounds, seconds, warmUp) = quick ? (3, 3, 3) : (7, 8, 6);
        if (Find("wrk") is null)
            return Fail("wrk is not installed; on Debian: apt-get install wrk");
        var directory = Directory.CreateTempSubdirectory("slipway-bench-").FullName;
        var script = Path.Combine(directory, "load.lua");
        await File.WriteAllTextAsync(script, Load.Script);
        var proxies = new List<Proxy>();
        try
        {
            proxies.Add(await BackendAsync(directory));
            await StartAsync(proxies, directory);
            foreach (var proxy in proxies)
                await Load.RunAsync(script, proxy.Address, warmUp);
            var samples = proxies.ToDictionary(p => p.Name, _ => new List<Sample>());
            for (var round = 0; round < rounds; round++)
            {
                foreach (var proxy in proxies.Skip(round % proxies.Count).Concat(proxies.Take(round % proxies.Count)))
                    samples[proxy.Name].Add(await MeasureAsync(proxy, script, seconds));
            }

            return Print([.. proxies.Select(p => Result.Of(p.Name, samples[p.Name], samples[Bare]))], json);
        }
        finally
        {
            proxies.ForEach(p => p.Dispose());
            Directory.Delete(directory, recursive: true);
        }
    }

    private static Task<Proxy> BackendAsync(string directory) => Find("nginx") is { } nginx
        ? Proxy.InstalledAsync("direct", nginx, port => Configurations.NginxBackend(directory, port))
        : Proxy.SelfAsync("direct", "backend", "-");

    private static async Task StartAsync(List<Proxy> proxies, string directory)
    {
        var backend = proxies[0];
        proxies.Add(await Proxy.SelfAsync(Bare, "yarp", backend.Address));
        proxies.Add(await Proxy.SelfAsync("slipway", "slipway", backend.Address));
        foreach (var (name, configure) in new (string, Func<int, string[]>)[]
        {
            ("nginx", port => Configurations.NginxProxy(directory, port, backend.Port)),
            ("haproxy", port => Configurations.Haproxy(directory, port, backend.Port)),
        })
        {
            if (Find(name) is { } program)
                proxies.Add(await Proxy.InstalledAsync(name, program, configure));
            else
                await Console.Error.WriteLineAsync($"{name} is not installed and left out");
        }
    }

    private static async Task<Sample> MeasureAsync(Proxy proxy, string script, int seconds)
    {
        var before = proxy.CpuSeconds;
        var load = await Load.RunAsync(script, proxy.Address, seconds);
        return load.Errors == 0 && load.Requests > 0
            ? new(load.Requests / load.Seconds, (proxy.CpuSeconds - before) * 1e6 / load.Requests, load.MedianMilliseconds, load.P99Milliseconds)
            : throw new InvalidOperationException($"{proxy.Name}: {load.Errors} of {load.Requests} requests failed; the figures would mean nothing");
    }

    private static int Print(Result[] results, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(results, Core.SlipwayJson.Options));
            return 0;
        }

        Console.WriteLine($"{"",-10} {"requests/s",11} {"CPU us/req",11} {"x bare YARP",12} {"(each round)",-30} {"p50 ms",7} {"p99 ms",7}");
        foreach (var r in results)
        {
            var rounds = string.Join(' ', r.CpuRatios.Select(x => $"{x:0.000}"));
            Console.WriteLine($"{r.Name,-10} {r.RequestsPerSecond,11:0} {r.CpuMicroseconds,11:0.0} {r.CpuRatio,12:0.000} {rounds,-30} {r.P50Milliseconds,7:0.00} {r.P99Milliseconds,7:0.00}");
        }

        return 0;
    }

    private static string? Find(string program) => ((string[])[.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin"])
        .Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);

    private static int Fail(string why)
    {
        Console.Error.WriteLine(why);
        return 1;
    }
}

/// <summary>One proxy's figures in one round.</summary>
internal sealed record Sample(double RequestsPerSecond, double CpuMicroseconds, double P50, double P99);

/// <summary>Medians over the rounds; a ratio is to bare YARP in the same round. The CPU of "direct" is the backend's own.</summary>
internal sealed record Result(
    string Name, double RequestsPerSecond, double CpuMicroseconds, double CpuRatio, double[] CpuRatios, double P50Milliseconds, double P99Milliseconds)
{
    public static Result Of(string name, List<Sample> samples, List<Sample> bare)
    {
        var ratios = samples.Zip(bare, (sample, other) => sample.CpuMicroseconds / other.CpuMicroseconds).ToArray();
        return new(
            name,
            Median(samples.Select(s => s.RequestsPerSecond)),
            Median(samples.Select(s => s.CpuMicroseconds)),
            Median(ratios),
            ratios,
            Median(samples.Select(s => s.P50)),
            Median(samples.Select(s => s.P99)));
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
