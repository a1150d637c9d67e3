using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Strategies;

namespace Slipway.Core.Environments;

/// <summary>Where an environment is, in plain words: why it is as it is and what would change it.</summary>
public static class EnvironmentStory
{
    public static Story Of(ProjectSnapshot snapshot, EnvironmentSpec environment, DateTimeOffset now)
    {
        var state = snapshot.Of(environment.Name);
        if (environment.NotApplicable is { } nothing)
            return new($"not applicable: {nothing}", "candidates pass it over");
        if (snapshot.Active(environment.Name) is { } deployment)
            return Story.Of(deployment, now);
        if (state.Stable is { } stable && snapshot.Project.Bad.TryGetValue(stable.Candidate, out var flag))
            return Bad(snapshot, environment, $"{stable.Candidate} is flagged bad ({flag.Why})");
        if (state.Queue is [var first, ..])
            return new($"{first.Request.Candidate} waits: {Waits.Why(snapshot, environment, first, now)}", $"it begins by itself; `slipway cancel {environment.Name}` takes it out");
        return Eligibility.Newest(snapshot, environment) is { } next
            ? Coming(snapshot, environment, next, now)
            : new(state.Stable is null ? "nothing was deployed here yet" : $"{state.Stable.Candidate} serves; nothing newer is eligible",
                state.Stable is null ? "`slipway deploy` brings a candidate in" : "deploy a newer candidate with `slipway deploy`, or return to an older one with `slipway rollback`");
    }

    /// <summary>When a candidate comes in by itself, seen from now; null when only a person brings it in, or nobody knows.</summary>
    public static DateTimeOffset? ByItselfAt(ProjectSnapshot snapshot, EnvironmentSpec environment, Candidate candidate, DateTimeOffset now)
    {
        if (snapshot.Of(environment.Name).Hold is not null || Eligibility.DueAt(snapshot, environment, candidate) is not { } due)
            return null;
        return snapshot.Window(environment, now) is { IsOpen: false, NextOpen: var open } ? open > due ? open : open is null ? null : due : due;
    }

    private static Story Bad(ProjectSnapshot snapshot, EnvironmentSpec environment, string why) => snapshot.Of(environment.Name).LastGood(snapshot.Project) is { } good
        ? new($"{why}; {good.Candidate} was good", $"`slipway rollback {environment.Name}` returns to {good.Candidate}")
        : new($"{why}, and there is no good candidate to go back to", $"`slipway deploy {environment.Name}` one that you trust");

    private static Story Coming(ProjectSnapshot snapshot, EnvironmentSpec environment, Candidate next, DateTimeOffset now)
    {
        var promote = $"`slipway promote {environment.Name}`";
        if (Eligibility.DueAt(snapshot, environment, next) is not { } due)
            return new($"{next.Id} waits for a person to promote it", $"{promote} brings {next.Id} in");
        if (snapshot.Of(environment.Name).Hold is { } hold)
            return new($"{next.Id} could come in, but promotions are held by {hold.By}: {hold.Why}", $"`slipway unhold {environment.Name}` lets it come in by itself; {promote} brings it in once");
        if (snapshot.Window(environment, now) is { IsOpen: false } window)
            return new($"{next.Id} could come in, but {Waits.Closed(window)}", window.NextOpen is null ? "it comes in when that is released" : $"it comes in by itself once that is over", window.NextOpen);
        return due > now
            ? new($"{next.Id} comes in by itself in {Durations.Text(due - now)}", $"{promote} does it now", due)
            : new($"{next.Id} is about to come in", "its deployment begins");
    }
}
