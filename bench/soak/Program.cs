using System.Globalization;
using Slipway.Bench.Soak;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var (projects, environments, releases, days) = args.Contains("--quick") ? (4, 3, 5, 30) : (20, 5, 10, 30);
Console.WriteLine($"{projects} projects x {environments} environments x {releases} deployments a day, a SQLite store, virtual time");
Console.WriteLine($"\n{"day",4}{"managed kB",12}{"resident MB",13}{"threads",9}{"handles",9}{"events",10}{"disk MB",9}{"instances",11}");
List<Day> all = [];
await foreach (var day in Task.Run(() => Soak.RunAsync(projects, environments, releases, days)).Result)
{
    all.Add(day);
    Console.WriteLine($"{day.Number,4}{day.Managed / 1024,12:N0}{day.Resident / 1e6,13:N0}{day.Threads,9}{day.Handles,9}{day.Events,10:N0}{day.Disk / 1e6,9:N1}{day.Instances,11}");
}

var verdict = Verdict.Of(all, projects * environments * releases);
Console.WriteLine($"\n{verdict.Words}");
return verdict.Flat ? 0 : 1;
