using System.Globalization;
using System.Text.Json;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Slipway.Bench.Detectors;

const double goal = 100_000;
CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
var quick = args.Contains("--quick");
var json = args.SkipWhile(a => a != "--format").Skip(1).FirstOrDefault() == "json";

// In this process: building another project for every run would measure nothing better, as nothing here depends on how it is started.
var config = ManualConfig.CreateEmpty()
    .AddJob((quick ? Job.ShortRun : Job.Default).WithToolchain(InProcessEmitToolchain.Instance).WithClock(new CoreClock()))
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddColumnProvider(DefaultColumnProviders.Instance)
    .AddLogger(json ? NullLogger.Instance : new StreamLogger(new StreamWriter(Console.OpenStandardError()) { AutoFlush = true }))
    .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "slipway-bench-detectors"));
var results = BenchmarkRunner.Run<Updates>(config).Reports.Where(r => r.ResultStatistics is not null).Select(r => new
{
    Update = r.BenchmarkCase.Descriptor.WorkloadMethod.Name,
    Nanoseconds = r.ResultStatistics!.Mean,
    Error = r.ResultStatistics.StandardError,
    PerSecond = 1e9 / r.ResultStatistics.Mean,
    Allocated = r.GcStats.GetBytesAllocatedPerOperation(r.BenchmarkCase),
}).ToList();
if (json)
{
    Console.WriteLine(JsonSerializer.Serialize(new { goal, results }, JsonSerializerOptions.Web));
    return results.Count > 0 ? 0 : 1;
}

Console.WriteLine("\n| update | ns | standard error | a second and core | B allocated | goal |\n|---|---|---|---|---|---|");
foreach (var r in results)
{
    var reached = r.PerSecond >= goal && r.Allocated == 0;
    Console.WriteLine($"| {r.Update} | {r.Nanoseconds:0} | {r.Error:0.0} | {r.PerSecond:N0} | {r.Allocated} | {(r.Update == nameof(Updates.RateAndLatency) ? $">= {goal:N0}, 0 B: {(reached ? "pass" : "MISS")}" : "")} |");
}

return results.Count > 0 ? 0 : 1;
