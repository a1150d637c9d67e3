using System.Collections.Concurrent;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Engine.Ports;

namespace Slipway.Engine;

/// <summary>What the processes that act for other projects last said they see of them.</summary>
internal sealed class RemoteProjects(IProjectOwners owners, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    /// <summary>Somebody who does not answer may be about to be replaced; whoever asks is not kept waiting for it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>What was seen longer ago is no longer said of the present.</summary>
    private static readonly TimeSpan Old = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<ProjectId, (ProjectLive Live, long At)> _known = new();

    public ProjectLive? Of(ProjectId project) => _known.TryGetValue(project, out var known) && time.GetElapsedTime(known.At) < Old ? known.Live : null;

    /// <summary>By a deployment's id; its project's name is the part before the first dot.</summary>
    public ProjectLive? Of(DeploymentId id) => id.Value.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? Of(new ProjectId(id.Value[..dot])) : null;

    public Task RefreshAsync(IEnumerable<ProjectId> projects, CancellationToken cancellationToken) =>
        Task.WhenAll(projects.Where(p => !_known.TryGetValue(p, out var known) || time.GetElapsedTime(known.At) > Fresh).Select(p => RefreshAsync(p, cancellationToken)));

    private async Task RefreshAsync(ProjectId project, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asked = owners.LookAsync(project, enough.Token);
        await Task.WhenAny(asked, Task.Delay(Patience, time, enough.Token));
        await enough.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        if (asked.IsCompletedSuccessfully && await asked is { } live)
            _known[project] = (live, time.GetTimestamp());
    }
}
