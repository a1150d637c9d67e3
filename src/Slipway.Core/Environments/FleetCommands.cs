using System.Collections.Immutable;
using Slipway.Core.Configuration;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Core.Environments;

/// <summary>What a command to a whole fleet means: a wish that its members follow ring by ring, and commands to the members it concerns.</summary>
internal static class FleetCommands
{
    public static CommandOutcome Decide(ProjectSnapshot snapshot, FleetSpec fleet, EnvironmentCommand command, DateTimeOffset now) => command switch
    {
        EnvironmentCommand.Deploy x => Deploy(snapshot, fleet, x.Request, now),
        EnvironmentCommand.Promote x => Promote(snapshot, fleet, x, now),
        EnvironmentCommand.Abort x => Stop(snapshot, fleet, x, [.. UnderWay(snapshot, fleet)], "goes back where it is under way, and stays where it has succeeded", now),
        EnvironmentCommand.Rollback x => Stop(snapshot, fleet, x, Exposed(snapshot, fleet, x.To), "goes back wherever it is", now),
        EnvironmentCommand.HoldPromotions or EnvironmentCommand.ReleasePromotions or EnvironmentCommand.Cancel => FanOut(snapshot, fleet, [.. fleet.Members], command, now),
        EnvironmentCommand.Retry x => Retry(snapshot, fleet, x, now),
        _ => UnderWay(snapshot, fleet).ToImmutableArray() is { IsEmpty: false } members ? FanOut(snapshot, fleet, members, command, now)
            : new Problem("SLIP0308", Place(snapshot, fleet), "no deployment is under way in any of its members", "start one with `slipway deploy` or `slipway promote`"),
    };

    private static CommandOutcome Deploy(ProjectSnapshot snapshot, FleetSpec fleet, DeployRequest request, DateTimeOffset now)
    {
        if (DeploymentRequests.Deploy(snapshot, fleet.Rings[0].Members[0], request, now).Refusal is { Code: not "SLIP0304" } refusal)
            return refusal with { Place = Place(snapshot, fleet) };
        var candidate = snapshot.Project.Find(request.Candidate)!;
        if (Waves.DoneAt(snapshot, fleet, candidate.Id) is not null)
            return CommandOutcome.Nothing($"{candidate.Id} has come to every ring already");
        if (snapshot.Of(fleet.Name).Asked == candidate.Id && !fleet.Members.Any(m => HasFailedSince(snapshot, fleet, m, candidate.Id)))
            return CommandOutcome.Nothing($"{candidate.Id} comes ring by ring already");
        return CommandOutcome.Notes($"{candidate.Id} comes to {fleet.Name} ring by ring: {string.Join(", then ", fleet.Rings.Select(r => $"{r.Name} ({r.Members.Length})"))}; {fleet.AtOnce} at once",
            new EnvironmentEvent.FleetAsked(candidate.Id, request.By, request.Reason, now));
    }

    /// <summary>With members under way it goes on there; else the newest candidate that may come is asked for.</summary>
    private static CommandOutcome Promote(ProjectSnapshot snapshot, FleetSpec fleet, EnvironmentCommand.Promote x, DateTimeOffset now)
    {
        if (UnderWay(snapshot, fleet).ToImmutableArray() is { IsEmpty: false } members)
            return FanOut(snapshot, fleet, members, x, now);
        var first = snapshot.Spec(fleet.Rings[0].Members[0]);
        return snapshot.Project.Candidates.LastOrDefault(c => !snapshot.Project.IsBad(c.Id) && Eligibility.Missing(snapshot, first, c).Count == 0 && Waves.DoneAt(snapshot, fleet, c.Id) is null) is { } newest
            ? Deploy(snapshot, fleet, new DeployRequest(newest.Id, x.By, x.Reason), now)
            : new Problem("SLIP0309", Place(snapshot, fleet), "no newer candidate is eligible", first.After.IsEmpty ? "create a release first" : $"it must succeed in {string.Join(" and ", first.After)} first");
    }

    private static CommandOutcome Retry(ProjectSnapshot snapshot, FleetSpec fleet, EnvironmentCommand.Retry x, DateTimeOffset now) =>
        fleet.Members.Select(m => snapshot.Of(m).Last).OfType<(DeploymentSpec Spec, RollbackCause? Cause)>().Where(l => l.Cause is not null and not RollbackCause.Superseded)
            .Select(l => snapshot.Project.Find(l.Spec.Candidate.Candidate)).MaxBy(c => c?.Number) is { } failed
            ? Deploy(snapshot, fleet, new DeployRequest(failed.Id, x.By, x.Reason), now)
            : new Problem("SLIP0312", Place(snapshot, fleet), "nothing failed in any of its members", "nothing is left to do");

    /// <summary>Whether it went back in a member since it was asked for: asking again gives it another chance there.</summary>
    private static bool HasFailedSince(ProjectSnapshot snapshot, FleetSpec fleet, EnvironmentName member, CandidateId candidate) =>
        snapshot.Of(member) is { Last: (var spec, { } cause) } state && cause is not RollbackCause.Superseded && spec.Candidate.Candidate == candidate && !Waves.IsForgiven(snapshot, fleet.Name, candidate, state);

    /// <summary>Nothing further begins, and the members concerned hear the command.</summary>
    private static CommandOutcome Stop(ProjectSnapshot snapshot, FleetSpec fleet, EnvironmentCommand command, ImmutableArray<EnvironmentName> members, string said, DateTimeOffset now)
    {
        var outcome = FanOut(snapshot, fleet, members, command, now);
        return snapshot.Of(fleet.Name).Asked is not { } asked ? outcome : new()
        {
            Said = outcome.Members.IsEmpty ? $"{asked} begins in no further member; {outcome.Refusal?.Message ?? outcome.Said}" : $"{asked} {said} ({Count(fleet, outcome.Members)})",
            Events = [new EnvironmentEvent.FleetAsked(null, command.By, command.Reason, now)],
            Members = outcome.Members,
        };
    }

    /// <summary>Members to which it means something hear it; when it means nothing to any, the first says why.</summary>
    private static CommandOutcome FanOut(ProjectSnapshot snapshot, FleetSpec fleet, ImmutableArray<EnvironmentName> members, EnvironmentCommand command, DateTimeOffset now)
    {
        var answers = members.Select(m => (Member: m, Outcome: EnvironmentCommands.Decide(snapshot, m, command, now))).ToList();
        ImmutableArray<(EnvironmentName Member, EnvironmentCommand Command)> hear = [.. answers.Where(a => a.Outcome is { Refusal: null, DoesSomething: true }).Select(a => (a.Member, command))];
        if (!hear.IsEmpty)
            return new() { Said = $"{Count(fleet, hear)} members: {answers.First(a => a.Member == hear[0].Member).Outcome.Said}{(hear.Length > 1 ? ", and alike in the others" : "")}", Members = hear };
        return answers.FirstOrDefault(a => a.Outcome.Refusal is null) is { Outcome: { } nothing } ? nothing
            : answers is [{ Outcome.Refusal: { } refusal }, ..] ? refusal
            : CommandOutcome.Nothing("nothing is under way or exposed in any of its members");
    }

    private static string Count(FleetSpec fleet, ImmutableArray<(EnvironmentName Member, EnvironmentCommand Command)> members) => $"{members.Length} of {fleet.Members.Count()}";

    private static IEnumerable<EnvironmentName> UnderWay(ProjectSnapshot snapshot, FleetSpec fleet) => fleet.Members.Where(m => snapshot.Of(m).Active is not null);

    /// <summary>Members that a rollback concerns: those under way, and those that serve the newest candidate of the fleet (or all that do not serve the one named).</summary>
    private static ImmutableArray<EnvironmentName> Exposed(ProjectSnapshot snapshot, FleetSpec fleet, CandidateId? to)
    {
        var newest = fleet.Members.Select(m => snapshot.Of(m)).SelectMany(s => new[] { s.Stable?.Candidate, s.Active?.Candidate.Candidate }).OfType<CandidateId>()
            .Select(c => (CandidateId?)c).MaxBy(c => snapshot.Project.Find(c!.Value)?.Number ?? 0);
        return [.. fleet.Members.Where(m => snapshot.Of(m) is var s && (s.Active is not null || (s.Stable is { } stable && (to is { } named ? stable.Candidate != named : stable.Candidate == newest))))];
    }

    private static string Place(ProjectSnapshot snapshot, FleetSpec fleet) => $"fleet {snapshot.Configuration.Id}/{fleet.Name}";
}
