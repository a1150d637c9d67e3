using System.Text.Json;

namespace Slipway.Demo;

/// <summary>The demo's project and its three releases, as files like those of any user.</summary>
internal sealed class DemoFiles(string directory, DemoOptions options)
{
    public const string Project = "shop";
    public const string Host = "shop.local";
    public const string Route = "/cart";

    public static readonly IReadOnlyList<string> Environments = ["dogfood", "canary", "production"];

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Writes a release's directory and returns its path.</summary>
    public string WriteRelease(string version, Fault fault)
    {
        var path = Path.Combine(directory, "releases", version);
        Directory.CreateDirectory(path);
        File.WriteAllText(Path.Combine(path, "shop.json"), JsonSerializer.Serialize(new { version, faults = Faults(fault) }, Indented));
        return path;
    }

    /// <summary>
    /// The project. The shop travels inside this executable, so its command is this executable; the release's own files say what it does.
    /// Latency is compared with a wide tolerance: users, gateway and every version share the cores of one machine here, and a version
    /// that has just started is often slower for want of a core.
    /// </summary>
    public string Yaml()
    {
        var command = string.Join(", ", Self.Command("sample-shop").Select(word => JsonSerializer.Serialize(word)));
        var (bake, every, canary) = options.Fast ? ("1s", "1s", "0.4%") : ("2s", "2s", "0.2%");
        return $$"""
            project: {{Project}}
            versions: semver
            service: { host: {{Host}}, userKey: { cookie: uid } }
            defaults:
              deploy:
                process:
                  command: [{{command}}]
                  health: /healthz
                  stopGrace: 5s
                  env: { DOTNET_TieredPGO: "0" }
            environments:
              - name: dogfood
                tier: staging
                slice: { audience: { header: { x-employee: "true" } } }
                checks: [{ errors: {} }, { latency: { tolerance: 50%, floor: 400ms, warmUp: 5s } }]
                bake: {{bake}}
                promote: automatic
              - name: canary
                after: [dogfood]
                slice: { percent: 2 }
                checks: [{ errors: { objective: {{canary}} } }, { latency: { tolerance: 50%, floor: 400ms, warmUp: 5s } }]
                bake: {{bake}}
                promote: automatic
              - name: production
                after: [canary]
                slice: rest
                strategy: { ramp: { from: 1%, to: 100%, factor: 2, every: {{every}} }, until: safe }
                checks: [{ errors: {} }, { latency: { tolerance: 50%, floor: 400ms, warmUp: 5s } }]
                promote: automatic

            """;
    }

    private object[] Faults(Fault fault) => fault switch
    {
        Fault.Errors => [new { kind = "errors", route = Route, rate = options.FaultRate ?? 0.03, from = options.BadAt }],
        Fault.Latency => [new { kind = "latency", route = Route, rate = options.FaultRate ?? 0.3, from = options.BadAt, delayMs = 1500 }],
        Fault.Crash => [new { kind = "crash", from = options.BadAt, afterRequests = 40 }],
        Fault.Outage => [new { kind = "outage", from = options.BadAt, afterRequests = 40 }],
        _ => [],
    };
}
