using System.Diagnostics;
using System.Globalization;
using Slipway.Engine.Storms;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
ThreadPool.GetMaxThreads(out var threads, out _);
if (threads != 1 || args is not [var first, .. var rest] || !int.TryParse(first, out var seed))
{
    Console.Error.WriteLine(threads == 1 ? "usage: Slipway.Engine.Storms SEED [COUNT]; one seed tells its story, several tell what was broken" : $"the pool has {threads} threads, and seeds mean something with one only");
    return 2;
}

var begun = Stopwatch.GetTimestamp();
var count = rest is [var many] ? int.Parse(many) : 1;
Action<string>? tell = count == 1 ? Console.WriteLine : null;
var (broken, events, conflicts, deaths, freezes, moves, refused, windows) = (0, 0L, 0L, 0L, 0L, 0L, 0L, 0L);
for (var i = 0; i < count; i++)
{
    var result = await Task.Run(() => Storm.RunAsync(seed + i, tell));
    (events, conflicts, deaths, freezes) = (events + result.Events, conflicts + result.Conflicts, deaths + result.Deaths, freezes + result.Freezes);
    (moves, refused, windows) = (moves + result.Moves, refused + result.Refused, windows + result.Windows);
    if (count == 1)
        Console.WriteLine($"fingerprint {result.Fingerprint}");
    if (result.Broken is { } what)
    {
        broken++;
        Console.WriteLine($"seed {result.Seed}: {what}");
    }
}

Console.WriteLine($"{count} storms in {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s, {events} events, {conflicts} conflicts, {deaths} deaths, {freezes} freezes, {moves} owners, {refused} refused, {windows} windows, {broken} broken");
return broken == 0 ? 0 : 1;
