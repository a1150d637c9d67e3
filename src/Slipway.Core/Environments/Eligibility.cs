using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Core.Environments;

/// <summary>Which candidates may come into an environment, and from when on.</summary>
public static class Eligibility
{
    /// <summary>The newest candidate that may come in by itself or on a person's word; null when there is none.</summary>
    public static Candidate? Newest(ProjectSnapshot snapshot, EnvironmentSpec environment) => Candidates(snapshot, environment).FirstOrDefault();

    /// <summary>
    /// Newest first: newer than what serves, succeeded in the environments before, neither bad nor failed here. What has already served
    /// here and was replaced by an older version was replaced by a person, and comes back only when a person says so.
    /// </summary>
    public static IEnumerable<Candidate> Candidates(ProjectSnapshot snapshot, EnvironmentSpec environment)
    {
        var state = snapshot.Of(environment.Name);
        var serving = state.Stable is { } stable ? snapshot.Project.Find(stable.Candidate)?.Number ?? 0 : 0;
        return environment.NotApplicable is not null ? []
            : snapshot.Project.Candidates.Reverse()
                .TakeWhile(c => c.Number > serving)
                .Where(c => !snapshot.Project.IsBad(c.Id) && (!state.FailedHere.Contains(c.Id) || IsAskedAgain(snapshot, environment, state, c)) && !state.SucceededAt.ContainsKey(c.Id) && ReadyAt(snapshot, environment, c) is not null);
    }

    private static bool IsAskedAgain(ProjectSnapshot snapshot, EnvironmentSpec environment, EnvironmentState state, Candidate candidate) =>
        environment.Member is { } member && Waves.IsForgiven(snapshot, member.Fleet, candidate.Id, state);

    /// <summary>When a candidate comes in by itself; null when only a person brings it in.</summary>
    public static DateTimeOffset? DueAt(ProjectSnapshot snapshot, EnvironmentSpec environment, Candidate candidate) => environment.Promote switch
    {
        PromotionPolicy.Automatic automatic => ReadyAt(snapshot, environment, candidate) + automatic.After,
        PromotionPolicy.Approved => ReadyAt(snapshot, environment, candidate),
        _ when environment.Member is { } member && snapshot.Of(member.Fleet).Asked == candidate.Id => ReadyAt(snapshot, environment, candidate),
        _ => null,
    };

    /// <summary>Environments before this one in which the candidate has not succeeded and would have to.</summary>
    public static IReadOnlyList<EnvironmentName> Missing(ProjectSnapshot snapshot, EnvironmentSpec environment, Candidate candidate) =>
        ReadyAt(snapshot, environment, candidate) is not null ? []
            : [.. environment.After.Where(before => SucceededAt(snapshot, before, candidate) is null)];

    /// <summary>Since when the candidate has succeeded in the environments before (its creation, when there are none); null: it has not.</summary>
    private static DateTimeOffset? ReadyAt(ProjectSnapshot snapshot, EnvironmentSpec environment, Candidate candidate)
    {
        var ready = PassedAt(snapshot, environment, candidate);
        if (ready is null || environment.Member is not { } member)
            return ready;
        var turn = Waves.TurnAt(snapshot, member, candidate);
        return turn < ready ? ready : turn;
    }

    private static DateTimeOffset? PassedAt(ProjectSnapshot snapshot, EnvironmentSpec environment, Candidate candidate)
    {
        if (environment.After.IsEmpty)
            return candidate.CreatedAt;
        var times = environment.After.Select(before => SucceededAt(snapshot, before, candidate)).ToList();
        var ready = environment.AfterAny ? times.Min() : times.Contains(null) ? null : times.Max();
        return ready < candidate.CreatedAt ? candidate.CreatedAt : ready;
    }

    /// <summary>An environment that is not applicable is passed over: what is ready for it has passed it.</summary>
    private static DateTimeOffset? SucceededAt(ProjectSnapshot snapshot, EnvironmentName name, Candidate candidate) =>
        snapshot.Configuration.Fleet(name) is { } fleet ? Waves.DoneAt(snapshot, fleet, candidate.Id)
        : snapshot.Spec(name) is { NotApplicable: not null } passed ? ReadyAt(snapshot, passed, candidate)
        : snapshot.Of(name).SucceededAt.TryGetValue(candidate.Id, out var at) ? at
        : null;
}
