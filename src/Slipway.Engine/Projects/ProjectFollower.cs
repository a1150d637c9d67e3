using Microsoft.Extensions.Logging;
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
internal sealed partial class ProjectFollower(ProjectDirectory projects, EventFeed feed, Action<DeploymentId> decided, Func<Project, Task> configured, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    private long _seen;
    private TaskCompletionSource _advanced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task RunAsync(long afterPosition, CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _seen, afterPosition);
        while (true)
        {
            try
            {
                await FollowAsync(afterPosition, cancellationToken);
                afterPosition = 0; // it is so far behind that events were removed: what is kept is told from the beginning
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                NotFollowed(logger, e);
                afterPosition = Interlocked.Read(ref _seen);
            }

            await Task.Delay(BetweenTries, time, cancellationToken);
        }
    }

    private async Task FollowAsync(long afterPosition, CancellationToken cancellationToken)
    {
        await foreach (var e in feed.FollowAsync(afterPosition, cancellationToken))
        {
            if (await projects.SeeAsync(e, cancellationToken))
                await TellAsync(e.Stream);
            Interlocked.Exchange(ref _seen, e.Position);
            Interlocked.Exchange(ref _advanced, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        }
    }

    /// <summary>Returns once everything up to a position is known here.</summary>
    public async Task WhenSeenAsync(long position, CancellationToken cancellationToken)
    {
        while (true)
        {
            var advanced = Volatile.Read(ref _advanced).Task;
            if (Interlocked.Read(ref _seen) >= position)
                return;
            await advanced.WaitAsync(cancellationToken);
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not read what other servers stored; trying again")]
    private static partial void NotFollowed(ILogger logger, Exception e);
}
