using Orleans;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace Slipway.Cluster.Projects;

/// <summary>Puts a project's grain on the server that <see cref="Preferred"/> says.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ProjectPlacementAttribute() : PlacementAttribute(new ProjectPlacement());

/// <inheritdoc cref="ProjectPlacementAttribute"/>
[GenerateSerializer]
internal sealed class ProjectPlacement : PlacementStrategy;

internal sealed class ProjectPlacementDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context) =>
        Task.FromResult(Preferred.Of(target.GrainIdentity.Key.ToString()!, context.GetCompatibleSilos(target)));
}
