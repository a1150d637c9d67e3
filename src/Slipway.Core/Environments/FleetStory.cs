using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Core.Strategies;

namespace Slipway.Core.Environments;

/// <summary>Why a fleet is where it is, and what would change that, in sentences.</summary>
/// <param name="Summary">Where it is.</param>
/// <param name="Why">Ring by ring, and whether the line is stopped.</param>
/// <param name="Next">What comes, or who can do what.</param>
public sealed record FleetStory(string Summary, ImmutableArray<string> Why, ImmutableArray<string> Next)
{
    public static FleetStory Of(ProjectSnapshot snapshot, FleetSpec fleet)
    {
        var progress = FleetProgress.Of(snapshot, fleet);
        if (progress.Candidate is not { } candidate)
            return new FleetStory($"{fleet.Name}: nothing was ever deployed to its {fleet.Members.Count()} targets", [], ["deploy a version to it: its rings follow each other by themselves"]);
        var done = progress.Rings.Sum(r => r.Done);
        return new FleetStory(
            $"{candidate} in {fleet.Name}: {done} of {progress.Rings.Sum(r => r.Members)} targets serve it",
            [.. progress.Stopped is { } stopped ? [$"the line is stopped: {stopped}"] : Array.Empty<string>(), .. progress.Rings.Select(Words)],
            [.. Nexts(snapshot, fleet, progress)]);
    }

    private static string Words(RingProgress ring) =>
        $"ring {ring.Name}: {ring.Done} of {ring.Members}{(ring.UnderWay > 0 ? $", {ring.UnderWay} under way" : "")}{(ring.Failed > 0 ? $", {ring.Failed} went back" : "")}";

    private static IEnumerable<string> Nexts(ProjectSnapshot snapshot, FleetSpec fleet, FleetProgress progress)
    {
        var candidate = progress.Candidate!.Value;
        if (progress.Stopped is not null)
        {
            yield return "nothing further begins; retry a target that went back (when it succeeds, the line goes on), or deploy another version to the fleet";
            yield break;
        }

        if (Waves.DoneAt(snapshot, fleet, candidate) is { } at)
        {
            yield return $"it is done since {at:u}; what comes after it may follow";
            yield break;
        }

        var open = fleet.Rings.First(r => Waves.DoneAt(snapshot, fleet, r, candidate) is null);
        yield return $"ring {open.Name} is under way or has its turn next, {fleet.AtOnce} targets at once; {fleet.Needed(open)} of its {open.Members.Length} must succeed";
        if (fleet.Soak > TimeSpan.Zero)
            yield return $"a ring must have been done for {Durations.Text(fleet.Soak)} before the next begins";
    }
}
