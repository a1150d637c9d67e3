using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Engine.Feed;
using Slipway.Engine.Streams;

namespace Slipway.Engine;

/// <summary>
/// Where several processes share one store: keeps what this one knows of all projects as new as the store, and says which of its own projects
/// another process decided something for.
/// </summary>
/// <param name="decided">Called with a deployment for which another process decided something.</param>
/// <param name="configured">Called with a project that another process configured.</param>
internal sealed class ProjectFollower(ProjectDirectory projects, EventFeed feed, Action<DeploymentId> decided, Func<Project, Task> configured)
{
    public async Task RunAsync(long afterPosition, CancellationToken cancellationToken)
    {
        await foreach (var e in feed.FollowAsync(afterPosition, cancellationToken))
        {
            if (await projects.SeeAsync(e, cancellationToken))
                await TellAsync(e.Stream);
        }
    }

    private async Task TellAsync(string stream)
    {
        if (StreamNames.Deployment(stream) is { } deployment)
            decided(deployment);
        else if (StreamNames.Project(stream) is { } project && projects.Of(project).State.Project is { } configuration)
            await configured(configuration);

        // Whoever looks at states looks again.
        feed.Announce();
    }
}
