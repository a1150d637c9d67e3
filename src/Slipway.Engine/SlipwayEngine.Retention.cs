using System.Collections.Immutable;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

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
}
