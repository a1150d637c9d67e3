using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Bench.Detection;

CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
string? Option(string name) => args.SkipWhile(a => a != name).Skip(1).FirstOrDefault();
var seed = ulong.TryParse(Option("--seed"), out var given) ? given : 20261123;
var watch = Stopwatch.StartNew();
Experiments experiments = new(seed, args.Contains("--quick") ? 0.1 : 1, what => Console.Error.WriteLine($"{watch.Elapsed:mm\\:ss} {what}"));
if (Option("--only") == "product")
{
    foreach (var (noise, stopped) in experiments.Products(Option("--noise") ?? ""))
        Console.WriteLine($"{noise}: {stopped.Value:0.00%} +- {stopped.Error:0.00%} of {stopped.Runs} healthy hours stopped");
    return 0;
}

var report = experiments.All();
if (Option("--format") == "json")
    Console.WriteLine(JsonSerializer.Serialize(report, new JsonSerializerOptions(JsonSerializerDefaults.Web) { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals }));
else
    Printing.Print(report, Console.Out);
Console.Error.WriteLine($"{watch.Elapsed:mm\\:ss} done");
return 0;
