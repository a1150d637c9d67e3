using System.Collections.Immutable;
using Slipway.Core.Projects;

namespace Slipway.Core.Governance;

/// <summary>The freeze windows of the whole installation and the stops of the line: the fold of its events.</summary>
public sealed record GovernanceState
{
    public static GovernanceState Empty { get; } = new();

    public ImmutableDictionary<FreezeName, FreezeWindow> Windows { get; init; } = ImmutableDictionary<FreezeName, FreezeWindow>.Empty;

    /// <summary>At most one a scope, oldest first.</summary>
    public ImmutableArray<LineStop> Stops { get; init; } = [];

    /// <summary>Whether deployments may begin in an environment, by these windows and the project's own.</summary>
    public WindowState Window(Project project, EnvironmentSpec environment, DateTimeOffset now) =>
        FreezeCalendar.At([.. Windows.Values, .. project.Freezes], Stops, project.Key(environment), environment.Tier, now, environment.Member?.Fleet);

    public static GovernanceState Evolve(GovernanceState state, GovernanceEvent e) => e switch
    {
        GovernanceEvent.WindowSet x => state with { Windows = state.Windows.SetItem(x.Window.Name, x.Window) },
        GovernanceEvent.WindowRemoved x => state with { Windows = state.Windows.Remove(x.Name) },
        GovernanceEvent.LineStopped x => state with { Stops = state.Stops.RemoveAll(s => s.Scope == x.Scope).Add(new LineStop(x.By, x.Why, x.At, x.Scope)) },
        GovernanceEvent.LineReleased x => state with { Stops = state.Stops.RemoveAll(s => s.Scope == x.Scope) },
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
