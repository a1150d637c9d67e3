using Slipway.Core.Projects;
using Slipway.Core.Traffic;

namespace Slipway.Integrations.Routers.Gateways;

/// <summary>
/// The routes of all projects, where several servers share them: each project's are written by the one that took it over last, and whoever
/// reads them reads the same table under the same version. Versions rise with every write.
/// </summary>
public interface IRouteBoard
{
    /// <summary>The newest table that was read; version 0 until there is one.</summary>
    RouteTable Table { get; }

    /// <summary>Completes when a newer table than <see cref="Table"/> has been read. Take it before looking, so that nothing falls between.</summary>
    Task NextChange { get; }

    /// <summary>Writes a project's routes from now on; who did so before cannot any more.</summary>
    Task TakeOverAsync(ProjectId project, CancellationToken cancellationToken);

    /// <summary>
    /// Writes a project's routes, and returns the version of the first table that has them, once this server has read it. Null when another
    /// server has taken the project over. Writes of one project take effect in the order in which they were begun.
    /// </summary>
    /// <param name="route">Null: the project has no front door.</param>
    Task<long?> WriteAsync(ProjectId project, ServiceRoute? route, CancellationToken cancellationToken);
}
