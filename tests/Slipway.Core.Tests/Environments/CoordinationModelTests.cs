using CsCheck;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using static Slipway.Core.Tests.Deployments.RolloutPromises;
using static Slipway.Core.Tests.Environments.ProjectWorld;

namespace Slipway.Core.Tests.Environments;

/// <summary>Random lives of a project with three environments: what happens by itself never makes anything worse, and comes to rest.</summary>
public class CoordinationModelTests
{
    private static readonly EnvironmentName[] Names = [Dogfood, Canary, Production];

    private static readonly Gen<Project> GenProject = Gen.Select(Gen.Int[0, 2], Gen.Bool, Gen.Bool, (policy, bakes, pauses) => ThreeStages(
        bakes ? TimeSpan.FromMinutes(15) : TimeSpan.Zero,
        policy switch { 0 => new PromotionPolicy.Manual(), 1 => new PromotionPolicy.Approved([], 1), _ => null },
        pauses ? OnFail.Pause : OnFail.Rollback));

    [Fact]
    public void WhatFollowsByItselfNeverReturnsToWhatWasLeftAndComesToRest() =>
        Gen.Select(GenProject, Gen.Select(Gen.Int[0, 13], Gen.Int[0, 99]).Array[0, 80]).Sample((project, life) =>
        {
            ProjectWorld world = null!;
            HashSet<(EnvironmentName, string)> left = [];
            world = new ProjectWorld(project) 
            {
                ByItself = spec => MayBeginByItself(world, left, spec),
                Queued = spec => left.Remove((spec.Environment.Name, spec.Candidate.Candidate.Value)),
                Ended = (spec, before, after) => Leave(left, spec, before, after),
            };
            foreach (var (op, n) in life)
                Do(world, left, op, n);
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
        if (spec.Kind is DeploymentKind.Rollback)
            return;
        Must(world.Snapshot.Spec(name).After.All(before => world.Of(before).SucceededAt.ContainsKey(candidate)), "promoted without having succeeded before");
        Must(!world.Of(name).Good.Any(w => w.Candidate == candidate), "what has served here and was replaced comes back by itself");
    }

    private static void AtRest(ProjectWorld world, EnvironmentName name)
    {
        var state = world.Of(name);
        Must(state.Active is null, "not at rest");
        Must(state.Stable is null || state.Good[^1] == state.Stable, "what serves is not the newest good one");
        Must(state.Good.Select(w => w.Candidate).Distinct().Count() == state.Good.Length, "a good one is listed twice");
        if (state.Stable is { } stable && world.Snapshot.Project.IsBad(stable.Candidate) && world.Snapshot.Spec(name).OnFail is OnFail.Rollback)
            Must(state.Good.All(w => world.Snapshot.Project.IsBad(w.Candidate) || state.FailedHere.Contains(w.Candidate)), "a bad candidate serves where a good one exists");
    }

    private static void Do(ProjectWorld world, HashSet<(EnvironmentName, string)> left, int op, int n)
    {
        var name = Names[n % 3];
        var candidates = world.Snapshot.Project.Candidates;
        var version = candidates.IsEmpty ? "none" : candidates[n / 3 % candidates.Length].Id.Value;
        switch (op)
        {
            case 0 or 1: world.Create($"1.0.{candidates.Length}"); break;
            case 2 or 3 or 4 or 5: world.Succeed(name); break;
            case 6: world.Fail(name, (RollbackCause)(n / 3 % 3)); break;
            case 7 when n < 50 && !candidates.IsEmpty: world.Flag(version); break;
            case 8 when !candidates.IsEmpty: world.Unflag(version); break;
            case 9: Request(world, left, name, () => world.RollBack(name)); break;
            case 10: Request(world, left, name, () => world.RollBack(name, version)); break;
            case 11: Request(world, left, name, () => world.Deploy(name, version, n > 50)); break;
            case 12: world.After(TimeSpan.FromMinutes(n)); break;
            case 13: world.SucceedAll(); break;
        }
    }

    /// <summary>What a person asks for by name is no longer left.</summary>
    private static void Request(ProjectWorld world, HashSet<(EnvironmentName, string)> left, EnvironmentName name, Func<Slipway.Core.Configuration.Problem?> request)
    {
        if (request() is null && world.Of(name).Active is { RequestedBy: "ana" } spec)
            left.Remove((name, spec.Candidate.Candidate.Value));
    }

    /// <summary>Left is what failed, and what was rolled back from.</summary>
    private static void Leave(HashSet<(EnvironmentName, string)> left, DeploymentSpec spec, Releases.Workload? before, Releases.Workload? after)
    {
        if (after?.Candidate != spec.Candidate.Candidate)
            left.Add((spec.Environment.Name, spec.Candidate.Candidate.Value));
        else if (spec.Kind is DeploymentKind.Rollback)
            left.Add((spec.Environment.Name, before!.Candidate.Value));
    }
}
