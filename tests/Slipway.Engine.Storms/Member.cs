using Slipway.Core.Projects;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Storms;

/// <summary>What one node knows of the cluster: it is sure of it for a moment after it was heard there, on its own clock.</summary>
internal sealed class Member(World world, Node node, Ports ports) : IProjectOwners
{
    private static readonly TimeSpan SureFor = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    private long? _confirmed;

    public bool Alone => false;

    public bool IsSure => _confirmed is { } at && node.GetElapsedTime(at) < SureFor;

    public IReadOnlyCollection<string> Versions => ["1"];

    public async Task WhenSureAsync(CancellationToken cancellationToken)
    {
        while (!IsSure)
            await Task.Delay(Between / 5, node, cancellationToken);
    }

    public void Ensure(IReadOnlyCollection<ProjectId> projects)
    {
        if (projects.Count > 0)
            _ = ports.TryAsync("ensure", () => world.Cluster.Ensure(World.Shop));
    }

    /// <summary>Until it is taken for dead: then it ends, as a server does.</summary>
    public async Task BeatAsync()
    {
        while (true)
        {
            var (asked, known) = (node.GetTimestamp(), true);
            if (await ports.TryAsync("beat", () => known = world.Cluster.Hear(node)))
                _confirmed = asked;
            if (!known)
            {
                world.Tell($"node {node.Number} hears that it was taken for dead, and ends");
                node.Kill();
                return;
            }

            await Task.Delay(Between, node);
        }
    }

    public Task<ProjectLive?> LookAsync(ProjectId project, CancellationToken cancellationToken) => Task.FromResult<ProjectLive?>(null);

    public Task<DriftAnswer> AcceptDriftAsync(EnvironmentKey environment, string by, string? reason, CancellationToken cancellationToken) => throw new NotSupportedException("nobody of a storm accepts drift");

    public Task<DriftAnswer> RevertDriftAsync(EnvironmentKey environment, CancellationToken cancellationToken) => throw new NotSupportedException("nobody of a storm reverts drift");
}
