using CsCheck;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using static Slipway.Simulation.Tests.Given;

namespace Slipway.Simulation.Tests;

public class WorldTests
{
    private const string Healthy = "versions: [{ name: 1.0.0 }, { name: 2.0.0, at: 1m }]";

    [Fact]
    public void AHealthyVersionReachesEveryone() => Assert.Equal("2.0.0", Run(Gradual, Healthy).Serving("production"));

    [Fact]
    public void AHealthyVersionGoesThroughAllEnvironmentsByItself()
    {
        var world = Run(ThreeStages, Healthy);
        Assert.All(["dogfood", "canary", "production"], e => Assert.Equal("2.0.0", world.Serving(e)));
    }

    [Fact]
    public void AVersionWithErrorsIsFoundAndTakenBackEverywhere()
    {
        var world = Run(ThreeStages, "versions: [{ name: 1.0.0 }, { name: 2.0.0, at: 1m, errors: 5% }]");
        Assert.All(["dogfood", "canary", "production"], e => Assert.Equal("1.0.0", world.Serving(e)));
        Assert.True(world.Snapshot.Project.IsBad(new("2.0.0")));
    }

    [Fact]
    public void AFaultThatBeginsAtALargerWeightIsFoundThere()
    {
        var world = Run(Gradual, """
            versions: [{ name: 1.0.0 }, { name: 2.0.0, at: 1m }]
            faults: [{ version: 2.0.0, weight: 45%, latency: 300ms }]
            """);
        Assert.Equal("1.0.0", world.Serving("production"));
        Assert.Contains(world.Events(new DeploymentId("simulated.production.2")), e => e is DeploymentEvent.SplitConfirmed { Split.Weight.Percent: 45 });
    }

    [Fact]
    public void WhatTheChecksCannotMeasureIsNoSuccess()
    {
        var world = Run(Gradual, Healthy + "\nblind: [{ at: 2m, for: 3h }]\nuntil: 4h");
        Assert.Equal("1.0.0", world.Serving("production"));
        Assert.Contains(world.Events(new DeploymentId("simulated.production.2")), e => e is DeploymentEvent.Paused { By: "slipway" } paused && paused.Why.Contains("no gateway can be heard", StringComparison.Ordinal));
    }

    [Fact]
    public void AStoppedLineHoldsItAndItGoesOnWhenReleased()
    {
        var world = Run(Gradual, Healthy + """

            people:
              - { at: 1m, does: deploy, version: 2.0.0, by: ana }
              - { at: 2m, does: stop-line, by: bob, reason: an outage }
              - { at: 5h, does: release-line, by: bob }
            """);
        Assert.Equal("2.0.0", world.Serving("production"));
        var events = world.Events(new DeploymentId("simulated.production.2"));
        Assert.Equal(TimeSpan.FromHours(5) - TimeSpan.FromMinutes(2), Assert.Single(events.OfType<DeploymentEvent.Released>()).At - Assert.Single(events.OfType<DeploymentEvent.Held>()).At);
    }

    [Fact]
    public void PeopleAndHooksActAsTheWorldSays()
    {
        var world = Run("""
            strategy: [{ weight: 10% }, { hook: { command: ./smoke } }, { signal: qa }, { approve: { by: [bob] } }, pause, { weight: 100% }]
            checks: []
            """, """
            versions: [{ name: 1.0.0 }, { name: 2.0.0, at: 1m }]
            hooks: { smoke: { takes: 30s } }
            people:
              - { at: 1m, does: deploy, version: 2.0.0, by: ana }
              - { at: 5m, does: signal, signal: qa, by: ci }
              - { at: 6m, does: approve, by: ana }
              - { at: 7m, does: approve, by: bob }
              - { at: 8m, does: promote, by: ana }
            """);
        Assert.Equal("2.0.0", world.Serving("production"));
        Assert.Contains(world.Log, e => e.Decided.Any(d => d.StartsWith("refused: SLIP0301", StringComparison.Ordinal)));
    }

    [Fact]
    public void TheSameSeedGivesTheSameLogAndAnotherOneAnother()
    {
        var first = Log(Run(Gradual, "versions: [{ name: 1.0.0 }, { name: 2.0.0, at: 1m, errors: 2% }]", 7));
        Assert.Equal(first, Log(Run(Gradual, "versions: [{ name: 1.0.0 }, { name: 2.0.0, at: 1m, errors: 2% }]", 7)));
        Assert.NotEqual(first, Log(Run(Gradual, "versions: [{ name: 1.0.0 }, { name: 2.0.0, at: 1m, errors: 2% }]", 8)));
    }

    /// <summary>A log that is kept for good: the simulation and the words of decisions change only on purpose.</summary>
    [Fact]
    public void ASmallWorldGivesThisLog() => Assert.Equal("""
        2026-03-02 09:00:00  simulated  ci created 2.0.0: 
        2026-03-02 09:00:00  production  ana asks to deploy: 2.0.0 begins its way into production as simulated.production.2
        2026-03-02 09:00:00  simulated.production.2  it begins: 2.0.0 starts its way into production; step 1 begins  [the candidate is starting]
        2026-03-02 09:00:02  simulated.production.2  changing the traffic was done: the gateways confirmed: everyone on 1.0.0  [the candidate is starting]
        2026-03-02 09:00:05  simulated.production.2  starting the candidate was done: the candidate is ready; step 2 begins  [the router has not confirmed 50 %]
        2026-03-02 09:00:07  simulated.production.2  changing the traffic was done: the gateways confirmed: 50 % on 2.0.0; step 3 begins; paused: the strategy pauses here until a person goes on  [paused: the strategy pauses here until a person goes on]
        2026-03-02 09:00:07  simulated.production.2  the checks spoke: the candidate answers  [paused: the strategy pauses here until a person goes on]
        2026-03-02 09:10:00  production  ana asks to abort: simulated.production.2: it goes back to 1.0.0
        2026-03-02 09:10:00  simulated.production.2  ana aborted it: rolling back (Aborted): aborted by ana: changed our minds  [rolling back: aborted by ana: changed our minds]
        2026-03-02 09:10:02  simulated.production.2  changing the traffic was done: the gateways confirmed: everyone on 1.0.0; rolled back: nobody is on the candidate  [rolled back: aborted by ana: changed our minds]
        """, string.Join("\n", Run("strategy: [{ weight: 50% }, pause, { weight: 100% }]\nchecks: []", """
            versions: [{ name: 1.0.0 }, { name: 2.0.0, at: 0s }]
            people:
              - { at: 0s, does: deploy, version: 2.0.0, by: ana }
              - { at: 10m, does: abort, by: ana, reason: changed our minds }
            """).Log));

    /// <summary>Whatever happened, the stored events are enough to decide it again, word for word.</summary>
    /// <remarks>
    /// Seed 0IgdxXgHHML1: a full promotion that stopped itself and was promoted fully again read like a mere resume. Seed 1qd6P_mL3lg1: checks that went
    /// blind after one of them had failed read like a failure.
    /// </remarks>
    [Fact]
    public void ReplayingADeploymentGivesTheIdenticalLog()
    {
        var replayed = 0;
        Gen.Select(Gen.ULong, Gen.Double[0, 0.3], Gen.Double[0, 0.06], Gen.Select(Gen.Int[0, 3600], Gen.Int[0, 14]).Array[0, 8], Gen.Int[0, 4]).Sample((seed, trouble, errors, acts, kind) =>
        {
            var world = Run(kind switch
            {
                0 => Gradual,
                1 => ThreeStages,
                2 => "strategy: [{ weight: 20% }, { hook: { command: ./smoke, undo: { command: ./undo } } }, { approve: { by: [ana] } }, { signal: qa }, pause, { weight: 100% }]\nhooks: { onRollback: [{ command: ./tell }] }",
                3 => "deploy: { process: { command: ./shop }, instances: 4 }\nscaling: follow\nonFail: pause\nstrategy: [baseline, { mirror: 10% }, { bake: 1m }, { weight: 25% }, { scale: 3 }, { bake: 2m }, { weight: 75% }, { bake: 5m }, { weight: 100% }]",
                _ => "whenBusy: supersede\nstrategy: { blueGreen: { preview: { users: [ana] }, for: 5m, watch: 10m } }",
            }, Troubled(errors, trouble, kind == 1 ? "dogfood" : "production")
                + string.Concat(acts.DistinctBy(a => a.Item1).Select(a => $"\n  - {{ at: {a.Item1}s, {Does(a.Item2)}, environment: {(kind == 1 ? "canary" : "production")}, by: ana }}")), seed);
            foreach (var id in world.Deployments)
            {
                var replay = DecisionReplay.Of(world.Events(id));
                Assert.Null(replay.Difference);
                Interlocked.Increment(ref replayed);
                Assert.Equal(world.Log.Where(e => e.Subject == id.Value).Select(e => e.ToString()), replay.Log.Select(e => e.ToString()));
            }
        }, iter: 200);
        Assert.True(replayed > 200);
    }

    private static string Troubled(double errors, double trouble, string environment) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $$"""
        until: 3h
        versions: [{ name: 1.0.0 }, { name: 2.0.0, at: 1m, errors: {{errors:0.####}}, exits: 20m }, { name: 3.0.0, at: 30m }]
        router: { lies: {{trouble:0.###}}, loses: {{trouble:0.###}}, fails: {{trouble / 10:0.####}} }
        blind: [{ at: 40m, for: 20m }]
        hooks: { undo: { fails: exit code 1 } }
        people:
          - { at: 1m, does: deploy, version: 2.0.0, environment: {{environment}}, by: ana }
        """);

    private static string Does(int act) => act switch
    {
        0 => "does: pause", 1 => "does: resume", 2 => "does: abort", 3 => "does: promote", 4 => "does: promote-full", 5 => "does: approve",
        6 => "does: signal, signal: qa", 7 => "does: rollback", 8 => "does: deploy, version: 3.0.0, force: true, reason: urgent", 9 => "does: reject, reason: not today", 10 => "does: flag, version: 2.0.0, reason: loses orders",
        11 => "does: stop-line, reason: an outage", 12 => "does: release-line", 13 => "does: unflag, version: 2.0.0, reason: was the database",
        _ => "does: signal, signal: qa, passed: false",
    };

    private static string Log(World world) => string.Join("\n", world.Log);
}
