using System.Collections.Immutable;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Engine.Streams;

namespace Slipway.Engine;

// What a project need not remember for ever.
public sealed partial class SlipwayEngine
{
    /// <summary>
    /// Has a project and its environments know no longer of candidates that nothing reaches; says how many. That is decided on the newest states
    /// and stored, so that every server, and everybody who reads the events again, forgets the same. The project goes first: what it does
    /// not know comes in nowhere, whatever environments still remember. Not while servers of several versions take part: one from before
    /// candidates were forgotten could not read the project any more.
    /// </summary>
    internal async Task<int> ForgetAsync(ProjectId project, TimeSpan keep, bool dryRun, CancellationToken cancellationToken)
    {
        if (_owners is { Versions.Count: > 1 })
            return 0;
        var now = _time.GetUtcNow();
        var count = await _projects.Of(project).UpdateAsync(state =>
        {
            var gone = Forgetting.Candidates(_projects.Snapshot(project)! with { Project = state }, keep, now);
            return (dryRun || gone.IsEmpty ? [] : ImmutableArray.Create<ProjectEvent>(new ProjectEvent.CandidatesForgotten(gone, now)), gone.Length);
        }, cancellationToken);
        var snapshot = _projects.Snapshot(project)!;
        foreach (var name in dryRun ? [] : snapshot.Configuration.Places)
        {
            await _projects.Of(new EnvironmentKey(project, name)).UpdateAsync<bool>(state => Forgetting.Left(snapshot.Project, state) is { IsEmpty: false } left
                ? ([new EnvironmentEvent.CandidatesForgotten(left, now)], true)
                : ([], false), cancellationToken);
        }

        return count;
    }

    /// <summary>
    /// Whether there was such a candidate, and the project forgot it. Made again it would be the newest, and go to everyone by itself. The events of a
    /// project are all kept; they are read only where something was forgotten.
    /// </summary>
    private async Task<bool> IsForgottenAsync(ProjectId project, CandidateId candidate, CancellationToken cancellationToken)
    {
        var state = _projects.Of(project).State;
        if (state.Find(candidate) is not null || state.Candidates.Length == state.NextNumber - 1)
            return false;
        var events = await _store.ReadStreamAsync(StreamNames.Of(project), 0, cancellationToken);
        return events.Select(Journal<ProjectEvent>.Read).OfType<ProjectEvent.CandidatesForgotten>().Any(e => e.Candidates.Contains(candidate));
    }
}
