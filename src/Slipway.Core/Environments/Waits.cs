using Slipway.Core.Deployments;
using Slipway.Core.Projects;

namespace Slipway.Core.Environments;

/// <summary>Why what waits in an environment's queue does not begin yet.</summary>
public static class Waits
{
    /// <summary>In words for people, without the candidate's name.</summary>
    public static string Why(ProjectSnapshot snapshot, EnvironmentSpec environment, QueuedDeployment item, DateTimeOffset now)
    {
        var state = snapshot.Of(environment.Name);
        var window = snapshot.Window(environment, now);
        var waitsForWindow = !window.IsOpen && !item.IsRollback && !item.Request.OverrideFreeze;
        return (state.Active, state.Queue) switch
        {
            ({ } busy, _) when !waitsForWindow && (item.IsRollback || (item.Request.Supersede ?? environment.WhenBusy is WhenBusy.Supersede)) => $"{Name(busy)} is taken back first",
            ({ } busy, _) => $"{Name(busy)} is under way{(waitsForWindow ? $", and {Closed(window)}" : "")}",
            (null, [var first, ..]) when first != item => $"{first.Request.Candidate} begins before it",
            _ when waitsForWindow => Closed(window),
            _ when environment.Member is { } member && snapshot.Configuration.Fleet(member.Fleet) is { } fleet && Waves.Free(snapshot, fleet) <= 0 => $"as many members of {fleet.Name} as may be are under way ({fleet.AtOnce})",
            _ => "it is about to begin",
        };
    }

    /// <summary>A closed window in words, with when it opens.</summary>
    public static string Closed(Governance.WindowState window) =>
        window.NextOpen is { } open ? $"{window.Why} (opens {open:u})" : window.Why;

    private static string Name(DeploymentSpec spec) => $"{spec.Id} ({spec.Candidate.Candidate})";
}
