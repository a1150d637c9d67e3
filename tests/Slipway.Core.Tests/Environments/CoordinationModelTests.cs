using CsCheck;
using Slipway.Core.Configuration;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Governance;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using static Slipway.Core.Tests.Deployments.RolloutPromises;
using static Slipway.Core.Tests.Environments.ProjectWorld;

namespace Slipway.Core.Tests.Environments;

/// <summary>
/// Random lives of a project with three environments, with newer candidates in the middle, people of many minds, windows and stops of the line:
/// what happens by itself never makes anything worse, nothing closed lets anything in, nothing stands in the way of a rescue, and it comes to rest.
/// </summary>
public class CoordinationModelTests
{
    private static readonly EnvironmentName[] Names = [Dogfood, Canary, Production];

    /// <summary>An hour of every three.</summary>
    private static FreezeWindow Nightly { get; } = new()
    {
        Name = new FreezeName("nightly"), Kind = FreezeKind.Deny, Scope = new FreezeScope { Environments = [Production] },
        Schedule = new FreezeSchedule.Recurring("FREQ=DAILY;BYHOUR=0,3,6,9,12,15,18,21", new DateTime(2026, 3, 1), TimeSpan.FromHours(1), "Europe/Berlin"),
    };

    private static readonly Gen<Project> GenProject = Gen.Select(Gen.Int[0, 2], Gen.Bool, Gen.Bool, Gen.Int[0, 2].Array[3], Gen.Int[0, 3], (policy, bakes, pauses, busy, freeze) => Busy(ThreeStages(
        bakes ? TimeSpan.FromMinutes(15) : TimeSpan.Zero,
        policy switch { 0 => new PromotionPolicy.Manual(), 1 => new PromotionPolicy.Approved([], 1), _ => null },
        pauses ? OnFail.Pause : OnFail.Rollback), busy) with { Freezes = freeze == 0 ? [Nightly] : [] });

    [Fact]
    public void WhatFollowsByItselfNeverReturnsToWhatWasLeftAndComesToRest() =>
        Gen.Select(GenProject, Gen.Select(Gen.Int[0, 23], Gen.Int[0, 99]).Array[0, 80]).Sample((project, life) =>
        {
            ProjectWorld world = null!;
            HashSet<(EnvironmentName, string)> left = [];
            world = new ProjectWorld(project) 
            {
                ByItself = spec => MayBeginByItself(world, left, spec),
                Queued = spec => MayBeginInTurn(world, left, spec),
                Ended = (spec, before, after) => Leave(left, spec, before, after),
            };
            foreach (var (op, n) in life)
            {
                Do(world, left, op, n);
                foreach (var name in Names)
                    AtAnyTime(world, name);
            }

            Open(world);
            world.SucceedAll().After(TimeSpan.FromDays(1)).SucceedAll();
            foreach (var name in Names)
                AtRest(world, name);
        }, iter: Runs.Of(5_000), print: run => $"{run.Item1.Environments[2].Promote} {run.Item1.Environments[2].OnFail}: {string.Join(" ", run.Item2)}");

    [Fact]
    public void StatesThatAreWrittenAndReadBackAllTheTimeLiveTheSameLife() =>
        Gen.Select(GenProject, Gen.Select(Gen.Int[0, 13], Gen.Int[0, 99]).Array[0, 60]).Sample((project, life) =>
        {
            ProjectWorld[] worlds = [new(project), new(project) { ThroughJson = true }];
            foreach (var (op, n) in life)
                Array.ForEach(worlds, w => Do(w, [], op, n));
            Must(StateJson.Write(worlds[0].Snapshot.Project) == StateJson.Write(worlds[1].Snapshot.Project), "the project differs");
            foreach (var name in Names)
                Must(StateJson.Write(worlds[0].Of(name)) == StateJson.Write(worlds[1].Of(name)), "an environment differs");
        }, iter: Runs.Of(300), print: run => string.Join(" ", run.Item2));

    private static void MayBeginByItself(ProjectWorld world, HashSet<(EnvironmentName, string)> left, DeploymentSpec spec)
    {
        var (name, candidate) = (spec.Environment.Name, spec.Candidate.Candidate);
        Must(!world.Snapshot.Project.IsBad(candidate), "a flagged candidate is deployed by itself");
        Must(!left.Contains((name, candidate.Value)), "what failed or was rolled back here comes back by itself");
        Must(world.Of(name).Active is null, "a second one begins beside the one under way");
        if (spec.Kind is DeploymentKind.Rollback)
            return;
        Must(world.Snapshot.Window(world.Snapshot.Spec(name), world.Now).IsOpen, "it comes in by itself through a closed window");
        Must(world.Of(name).Hold is null, "it comes in by itself although promotions are held");
        Must(world.Snapshot.Spec(name).After.All(before => world.Of(before).SucceededAt.ContainsKey(candidate)), "promoted without having succeeded before");
        Must(!world.Of(name).Good.Any(w => w.Candidate == candidate), "what has served here and was replaced comes back by itself");
    }

    /// <summary>What a person asked for and that waited begins only through an open window, or in spite of a closed one when they said so.</summary>
    private static void MayBeginInTurn(ProjectWorld world, HashSet<(EnvironmentName, string)> left, DeploymentSpec spec)
    {
        var name = spec.Environment.Name;
        Must(world.Of(name).Active is null, "a second one begins beside the one under way");
        Must(!world.Snapshot.Project.IsBad(spec.Candidate.Candidate), "a flagged candidate begins because it waited");
        var wish = world.Of(name).Queue.First(q => q.Request.Candidate == spec.Candidate.Candidate && q.IsRollback == spec.Kind is DeploymentKind.Rollback);
        Must(wish.IsRollback || wish.Request.OverrideFreeze || world.Snapshot.Window(world.Snapshot.Spec(name), world.Now).IsOpen, "it begins through a closed window");
        Must(wish.IsRollback || !world.Of(name).Queue.Any(q => q.IsRollback), "it begins before a rollback that waits");
        left.Remove((name, spec.Candidate.Candidate.Value));
    }

    private static void AtAnyTime(ProjectWorld world, EnvironmentName name)
    {
        var state = world.Of(name);
        Must(state.Queue.Count(q => !q.IsRollback) <= 1, "more than one wish waits");
        if (world.Snapshot.Active(name) is not { Phase: Phase.Progressing or Phase.Settling } active)
            return;
        Must(!world.Snapshot.Project.IsBad(active.Spec.Candidate.Candidate), "a flagged candidate goes on");
        Must(active.Spec.Kind is DeploymentKind.Forward || active.HeldWhy is null, "a rollback is held");
        if (active is { Phase: Phase.Progressing, Spec.Kind: DeploymentKind.Forward })
            Must(world.Snapshot.Window(world.Snapshot.Spec(name), world.Now) is { IsOpen: false, Holds: true } == active.HeldWhy is not null, "it is not held when it should be, or is when it should not");
    }

    /// <summary>Whoever wants back gets back, whatever is closed, held, waiting or under way, unless there is nothing to go back to.</summary>
    private static Problem? Rescue(ProjectWorld world, EnvironmentName name, string? to)
    {
        var problem = world.RollBack(name, to);
        Must(problem is null or { Code: "SLIP0302" or "SLIP0304" or "SLIP0307" }, $"a rollback is refused: {problem}");
        return problem;
    }

    private static Project Busy(Project project, int[] busy) => project with { Environments = [.. project.Environments.Select((e, i) => e with { WhenBusy = (WhenBusy)busy[i] })] };

    private static void Open(ProjectWorld world)
    {
        world.Govern(new GovernanceEvent.LineReleased(FreezeScope.Everything, "bob", null, world.Now)).Govern(new GovernanceEvent.WindowRemoved(new FreezeName("now"), "bob", world.Now));
        world.Apply(world.Snapshot.Configuration with { Freezes = [] });
    }

    private static void AtRest(ProjectWorld world, EnvironmentName name)
    {
        var state = world.Of(name);
        Must(state.Queue.IsEmpty, "something waits for nothing");
        Must(state.Active is null, "not at rest");
        Must(state.Stable is null || state.Good[^1] == state.Stable, "what serves is not the newest good one");
        Must(state.Good.Select(w => w.Candidate).Distinct().Count() == state.Good.Length, "a good one is listed twice");
        if (state.Stable is { } stable && world.Snapshot.Project.IsBad(stable.Candidate) && world.Snapshot.Spec(name).OnFail is OnFail.Rollback)
            Must(state.Good.All(w => world.Snapshot.Project.IsBad(w.Candidate) || state.FailedHere.Contains(w.Candidate)), "a bad candidate serves where a good one exists");
    }

    internal static void Do(ProjectWorld world, HashSet<(EnvironmentName, string)> left, int op, int n)
    {
        var name = Names[n % 3];
        var candidates = world.Snapshot.Project.Candidates;
        var version = candidates.IsEmpty ? "none" : candidates[n / 3 % candidates.Length].Id.Value;
        switch (op)
        {
            case 0 or 1: world.Create($"1.0.{world.Snapshot.Project.NextNumber - 1}"); break;
            case 2 or 3 or 4 or 5: world.Succeed(name); break;
            case 6: world.Fail(name, (RollbackCause)(n / 3 % 3)); break;
            case 7 when n < 50 && !candidates.IsEmpty: world.Flag(version); break;
            case 8 when !candidates.IsEmpty: world.Unflag(version); break;
            case 9: Request(world, left, name, () => Rescue(world, name, null)); break;
            case 10: Request(world, left, name, () => Rescue(world, name, version)); break;
            case 11: Request(world, left, name, () => world.Deploy(name, version, n > 50)); break;
            case 12: world.After(TimeSpan.FromMinutes(n)); break;
            case 13: world.SucceedAll(); break;
            case 14 when n < 60: world.Govern(n < 30 ? new GovernanceEvent.LineStopped(FreezeScope.Everything, "bob", "an outage", world.Now) : new GovernanceEvent.LineReleased(FreezeScope.Everything, "bob", null, world.Now)); break;
            case 15: world.Govern(new GovernanceEvent.WindowSet(Window(world.Now, n), "ana", world.Now)); break;
            case 16: world.Govern(new GovernanceEvent.WindowRemoved(new FreezeName("now"), "ana", world.Now)); break;
            case 17: world.Act(name, n < 50 ? new EnvironmentCommand.HoldPromotions("ana", null) : new EnvironmentCommand.ReleasePromotions("ana", null)); break;
            case 18 when n < 40: world.Act(name, new EnvironmentCommand.Cancel(null, "ana", null)); break;
            case 19: Request(world, left, name, () => world.Act(name, new EnvironmentCommand.Retry("ana", null)).Refusal); break;
            case 20: Must(world.Act(name, new EnvironmentCommand.Abort("ana", null)).Refusal is null || world.Of(name).Active?.Kind is DeploymentKind.Rollback, "an abort is refused"); break;
            case 21: Request(world, left, name, () => world.Act(name, new EnvironmentCommand.Promote("ana", n < 50 ? "urgent" : null, OverrideFreeze: n < 50)).Refusal); break;
            case 22: Request(world, left, name, () => world.Act(name, new EnvironmentCommand.Deploy(new DeployRequest(new CandidateId(version), "ana", "urgent", n % 2 == 0) { OverrideFreeze = n < 30, Supersede = n > 70 ? true : null })).Refusal); break;
            case 23: world.Forget(TimeSpan.FromMinutes(n), newest: 1 + (n % 3)); break;
        }
    }

    private static FreezeWindow Window(DateTimeOffset now, int n) => new()
    {
        Name = new FreezeName("now"), Kind = n % 4 == 0 ? FreezeKind.Allow : FreezeKind.Deny, Holds = n % 2 == 0,
        Scope = n % 3 == 0 ? FreezeScope.Everything : new FreezeScope { Environments = [Names[n % 3]] },
        Schedule = new FreezeSchedule.Once(now.AddMinutes(n % 5 * 10), now.AddMinutes(40 + n)),
    };

    /// <summary>What a person asks for by name is no longer left.</summary>
    private static void Request(ProjectWorld world, HashSet<(EnvironmentName, string)> left, EnvironmentName name, Func<Problem?> request)
    {
        if (request() is null && world.Of(name).Active is { RequestedBy: "ana" } spec)
            left.Remove((name, spec.Candidate.Candidate.Value));
    }

    /// <summary>Left is what failed, and what was rolled back from.</summary>
    private static void Leave(HashSet<(EnvironmentName, string)> left, DeploymentSpec spec, Workload? before, Workload? after)
    {
        if (after?.Candidate != spec.Candidate.Candidate)
            left.Add((spec.Environment.Name, spec.Candidate.Candidate.Value));
        else if (spec.Kind is DeploymentKind.Rollback)
            left.Add((spec.Environment.Name, before!.Candidate.Value));
    }
}
