using Orleans;

namespace Slipway.Cluster.Projects;

/// <summary>Whoever acts for one project. Its key is the project's id.</summary>
internal interface IProjectGrain : IGrainWithStringKey
{
    /// <summary>Sees that its server acts for the project.</summary>
    Task OwnAsync();

    /// <summary>What only that server sees of it; empty while it does not act yet.</summary>
    Task<string> LookAsync();

    Task<string> AcceptDriftAsync(string environment, string by, string? reason);

    Task<string> RevertDriftAsync(string environment);
}
