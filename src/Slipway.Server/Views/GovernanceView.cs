using Slipway.Api;
using Slipway.Core.Governance;
using Slipway.Engine;

namespace Slipway.Server.Views;

/// <summary>Freezes and stops of the line as the API shows them.</summary>
internal static class GovernanceView
{
    public static GovernanceResponse Of(SlipwayEngine engine, DateTimeOffset now)
    {
        var snapshots = engine.Projects.Select(engine.Snapshot).OfType<Core.Environments.ProjectSnapshot>().ToList();
        return new GovernanceResponse(
            [.. engine.Governance.Windows.Values.OrderBy(w => w.Name.Value, StringComparer.Ordinal).Select(w => Of(w, null)),
             .. snapshots.SelectMany(s => s.Configuration.Freezes.Select(w => Of(w, s.Configuration.Id.Value)))],
            [.. engine.Governance.Stops.Select(Of)],
            [.. from snapshot in snapshots
                from environment in snapshot.Configuration.Environments
                let window = snapshot.Window(environment, now)
                select new EnvironmentWindow(snapshot.Configuration.Id.Value, environment.Name.Value, window.IsOpen, window.Why, window.NextOpen, window.NextClose)]);
    }

    public static LineStopStatus Of(LineStop stop) => new(stop.Scope.ToString(), stop.By, stop.Why, stop.At);

    private static FreezeStatus Of(FreezeWindow window, string? project) =>
        new(window.Name.Value, DeploymentView.Word(window.Kind), window.Scope.ToString(), window.Reason, window.Holds, project);
}
