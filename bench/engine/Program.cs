using System.Globalization;
using System.Text.Json;
using Slipway.Bench.Engine;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var quick = args.Contains("--quick");
var only = args.SkipWhile(a => a != "--only").Skip(1).FirstOrDefault();
var json = args.SkipWhile(a => a != "--format").Skip(1).FirstOrDefault() == "json";
var stores = only is "rollouts" or "servers" ? [] : await Stores.MeasureAsync(rounds: quick ? 10 : 60, each: TimeSpan.FromSeconds(0.3));
if (!json && stores.Count > 0)
{
    Console.WriteLine($"{"saves a second (medians)",-28}{"Slipway",10}{"raw",10}{"ratio",8}");
    foreach (var s in stores)
        Console.WriteLine($"{s.Store,-28}{s.Saves,10:N0}{s.Raw,10:N0}{s.Ratio,8:P0}");
}

if (!json && only is null or "rollouts")
    Console.WriteLine($"\n{"live rollouts",-14}{"start s",9}{"cores",8}{"MB",9}{"p50 ms",9}{"p99 ms",9}{"decisions/s",13}{"saved/s",9}{"restart s",11}");
List<RolloutCost> costs = [];
foreach (var count in only is "stores" or "servers" ? [] : quick ? new[] { 10, 100, 1000 } : [10, 100, 1000, 10_000])
{
    var c = await Rollouts.MeasureAsync(count, seconds: quick ? 8 : 30);
    costs.Add(c);
    if (!json)
        Console.WriteLine($"{c.Rollouts,-14:N0}{c.StartSeconds,9:0.0}{c.Cores,8:0.00}{c.Megabytes,9:0}{c.P50,9:0.00}{c.P99,9:0.0}{c.Decisions,13:N0}{c.Saved,9:N0}{c.RestartSeconds,11:0.0}");
}

List<ServersCost> servers = [];
if (!json && only is null or "servers")
    Console.WriteLine($"\n{"servers",-28}{"decisions/s",13}{"p50 ms",9}{"p99 ms",9}{"cores",8}{"ready s",9}");
foreach (var count in only is "stores" or "rollouts" ? Array.Empty<int>() : [0, 1, 3])
{
    var c = await Servers.MeasureAsync(count, TimeSpan.FromSeconds(quick ? 4 : 20));
    servers.Add(c);
    if (!json)
        Console.WriteLine($"{c.Servers,-28}{c.Decisions,13:N0}{c.P50,9:0.0}{c.P99,9:0.0}{c.Cores,8:0.00}{c.ReadySeconds,9:0.0}");
}

if (json)
    Console.WriteLine(JsonSerializer.Serialize(new { stores, rollouts = costs, servers }, JsonSerializerOptions.Web));
return 0;
