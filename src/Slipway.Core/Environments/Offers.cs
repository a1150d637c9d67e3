using System.Collections.Immutable;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Strategies;

namespace Slipway.Core.Environments;

/// <summary>A command that can be given here, and what it would do now.</summary>
/// <param name="Typed">As people type it: <c>slipway rollback production --to 1.0.0</c>.</param>
/// <param name="NeedsReason">Whether it is refused without a reason.</param>
public sealed record Offer(string Typed, EnvironmentCommand Command, bool NeedsReason, CommandOutcome Outcome);

/// <summary>Every command, asked of the present state. What takes a candidate or a name is asked for those that mean something here.</summary>
public static class Offers
{
    /// <summary>To how many older candidates a rollback by name is offered.</summary>
    private const int MostTargets = 3;

    /// <summary>Stands for the reason that a person will give.</summary>
    private const string Some = "…";

    /// <param name="by">Who asks: who may approve depends on it.</param>
    public static ImmutableArray<Offer> Of(ProjectSnapshot snapshot, EnvironmentName name, string by, DateTimeOffset now) =>
        [.. Commands(snapshot, name, by, now).Select(c => new Offer($"slipway {c.Typed}", c.Command, c.Command.Reason is not null, EnvironmentCommands.Decide(snapshot, name, c.Command, now)))];

    private static IEnumerable<(string Typed, EnvironmentCommand Command)> Commands(ProjectSnapshot snapshot, EnvironmentName name, string by, DateTimeOffset now) =>
    [
        ($"promote {name}", new EnvironmentCommand.Promote(by, null)),
        ($"promote {name} --full", new EnvironmentCommand.Promote(by, null, Fully: true)),
        ($"approve {name}", new EnvironmentCommand.Approve(by, null)),
        ($"reject {name}", new EnvironmentCommand.Reject(by, null)),
        ($"pause {name}", new EnvironmentCommand.Pause(by, null)),
        ($"resume {name}", new EnvironmentCommand.Resume(by, null)),
        ($"abort {name}", new EnvironmentCommand.Abort(by, null)),
        ($"retry {name}", new EnvironmentCommand.Retry(by, null)),
        ($"rollback {name}", new EnvironmentCommand.Rollback(null, by, null)),
        .. Targets(snapshot, name).Select(c => ($"rollback {name} --to {c}", (EnvironmentCommand)new EnvironmentCommand.Rollback(c, by, null))),
        .. Deploys(snapshot, name, by),
        .. InSpite(snapshot, name, by, now),
        ($"cancel {name}", new EnvironmentCommand.Cancel(null, by, null)),
        .. Signals(snapshot, name).SelectMany(s => Signal(name, s, by)),
        ($"hold {name}", new EnvironmentCommand.HoldPromotions(by, null)),
        ($"unhold {name}", new EnvironmentCommand.ReleasePromotions(by, null)),
    ];

    /// <summary>Good candidates besides the one that a plain rollback returns to, newest first.</summary>
    private static IEnumerable<CandidateId> Targets(ProjectSnapshot snapshot, EnvironmentName name)
    {
        var state = snapshot.Of(name);
        return state.Good.Select(w => w.Candidate).Where(c => c != state.Stable?.Candidate && c != state.LastGood(snapshot.Project)?.Candidate && !snapshot.Project.IsBad(c)).Reverse().Take(MostTargets);
    }

    /// <summary>The newest candidate, whether it may come or not; and in the place of what is under way.</summary>
    private static IEnumerable<(string, EnvironmentCommand)> Deploys(ProjectSnapshot snapshot, EnvironmentName name, string by)
    {
        if (snapshot.Project.Candidates is not [.., var newest])
            yield break;
        yield return ($"deploy {name} {newest.Id}", new EnvironmentCommand.Deploy(new DeployRequest(newest.Id, by)));
        if (snapshot.Active(name) is { IsEnded: false, Spec.Kind: DeploymentKind.Forward } active && active.Spec.Candidate.Candidate != newest.Id)
            yield return ($"deploy {name} {newest.Id} --supersede", new EnvironmentCommand.Deploy(new DeployRequest(newest.Id, by) { Supersede = true }));
    }

    /// <summary>With a window closed: the same, in spite of it.</summary>
    private static IEnumerable<(string, EnvironmentCommand)> InSpite(ProjectSnapshot snapshot, EnvironmentName name, string by, DateTimeOffset now)
    {
        if (snapshot.Configuration.Find(name) is not { } environment || snapshot.Window(environment, now).IsOpen)
            yield break;
        yield return ($"promote {name} --override-freeze", new EnvironmentCommand.Promote(by, Some, OverrideFreeze: true));
        if (snapshot.Project.Candidates is [.., var newest])
            yield return ($"deploy {name} {newest.Id} --override-freeze", new EnvironmentCommand.Deploy(new DeployRequest(newest.Id, by, Some) { OverrideFreeze = true }));
    }

    private static IEnumerable<(string, EnvironmentCommand)> Signal(EnvironmentName name, string signal, string by) =>
    [
        ($"signal {name} {signal} pass", new EnvironmentCommand.Signal(signal, true, by, null)),
        ($"signal {name} {signal} fail", new EnvironmentCommand.Signal(signal, false, by, null)),
    ];

    /// <summary>Those that the strategy under way still waits for, or will.</summary>
    private static IEnumerable<string> Signals(ProjectSnapshot snapshot, EnvironmentName name) =>
        snapshot.Active(name) is { IsEnded: false } d ? d.Spec.Steps.Skip(Math.Max(0, d.StepIndex)).OfType<SignalStep>().Select(s => s.Name).Distinct() : [];
}
