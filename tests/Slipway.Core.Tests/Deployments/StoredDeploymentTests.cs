using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Slipway.Core.Analysis;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;
using static Slipway.Core.Deployments.DeploymentEvent;
using static Slipway.Core.Tests.Deployments.Given;

namespace Slipway.Core.Tests.Deployments;

/// <summary>Events are kept for ever: what was stored once must be readable always. A change of a golden is a change of the stored format.</summary>
public class StoredDeploymentTests
{
    private static readonly HookSpec Tell = new HookSpec.Webhook("https://chat.test/hook", "CHAT_KEY") { Name = "tell", Retries = 0, FailureIsBad = true };

    private static readonly HookSpec Migrate = new HookSpec.Command(["./migrate", "up"]) { Name = "migrate", Timeout = TimeSpan.FromMinutes(5), Undo = new HookSpec.Command(["./migrate", "down"]) { Name = "migrate back" } };

    private static readonly DeploymentSpec Whole = Spec(
        new ApproveStep(["sre", "lead"], 2), new DeployStep(), new AudienceStep(new AudienceRule
        {
            Headers = [new NameValue("x-employee", "true")], Cookies = [new NameValue("beta", "1")], Cidrs = ["10.0.0.0/8"], Users = ["ana"],
        }),
        Percent(0.001m, 600, untilSafe: true), new BakeStep(TimeSpan.FromMinutes(15)), new CheckStep(TimeSpan.FromHours(2)),
        new PauseStep(null), new PauseStep(TimeSpan.FromHours(1)), new SignalStep("qa", TimeSpan.FromHours(2)), new MirrorStep(new Weight(10_000), TimeSpan.FromMinutes(5)),
        new HookStep(Migrate), new BaselineStep(), new ScaleStep(3), new ScaleStep(null),
        new ApproveStep([], 1) { NotAuthor = true, Within = TimeSpan.FromDays(2) }, Percent(100), new SwitchStep()) with
    {
        OnRollback = [Tell],
        Scaling = Scaling.Follow,
        Author = "ci",
        Checks = [new CheckSpec.Errors(), new CheckSpec.Latency(), new CheckSpec.Outage { Restarts = 2 }],
        OnFail = OnFail.Pause,
        Reason = "hotfix",
    };

    private static readonly ImmutableArray<DeploymentEvent> Events =
    [
        new Started(Whole, Noon), new StepEntered(0, Noon), new Approved("sre", Noon), new CandidateReady(Noon), new CandidateExited("exit code 1", Noon),
        new SplitConfirmed(new TrafficSplit(new CandidateId("1.0.0"), new CandidateId("2.0.0"), new Weight(1), Employees), Noon),
        new SplitConfirmed(TrafficSplit.Only(null), Noon), new EvidenceSeen(Noon), new ShownSafe(new Weight(500), "errors: no worse", Noon), new CheckFailed(Worse(), Noon),
        new Promoted("ana", Noon), new Paused("ana", "ana: lunch", Noon), new Resumed("ana", Noon), new StepsCompleted(Noon),
        new StableReady(2, Noon), new BaselineReady(1, Noon), new Scaled(4, "slipway", Noon), new CandidateReady(Noon, 3),
        new SplitLost(new TrafficSplit(new CandidateId("1.0.0"), new CandidateId("2.0.0"), new Weight(2), null) { Mirror = new Weight(10_000), Baseline = new Weight(2) }, Noon),
        new MeasuringLost("no gateway reports", Noon), new MeasuringBack(Noon), new SignalReceived(new Signal("qa", true, "ci", null), Noon), new SignalReceived(new Signal("qa", false, "ci", "2 of 90 failed"), Noon),
        new HookSucceeded("hook/8", Noon), new HookFailed("undo/0", "exit code 1", Noon), new PromotedFully("ana", Noon), new Held("the line is stopped by bob: outage", Noon), new Released(Noon),
        new Overdue("the router did not confirm the traffic within 10m", Noon),
        new RollbackStarted(RollbackCause.Bad, "errors: 5 % of answers failed against 1 %", Noon), new Succeeded(Noon), new RolledBack(Noon),
    ];

    private static readonly ImmutableArray<ProjectEvent> ProjectEvents =
    [
        new ProjectEvent.CandidateCreated(new Candidate(new CandidateId("2.0.0"), 2, Archive("2.0.0"), "notes", "ci", Noon), Noon),
        new ProjectEvent.CandidateFlagged(new CandidateId("2.0.0"), "bob", "loses orders", Noon),
        new ProjectEvent.CandidateUnflagged(new CandidateId("2.0.0"), "bob", "was the database", Noon),
        new ProjectEvent.CandidatesForgotten([new CandidateId("1.0.0"), new CandidateId("1.0.1")], Noon),
    ];

    private static readonly ImmutableArray<EnvironmentEvent> EnvironmentEvents =
    [
        new EnvironmentEvent.DeploymentCreated(Spec(new DeployStep(), Percent(100)) with { Kind = DeploymentKind.Rollback, Stable = null, Slice = new Slice.Percent(new Weight(2_000)) }, Noon),
        new EnvironmentEvent.DeploymentEnded(DeploymentId.Of(Production, 2), null, Noon),
        new EnvironmentEvent.DeploymentEnded(DeploymentId.Of(Production, 3), RollbackCause.Aborted, Noon),
        new EnvironmentEvent.DeploymentEnded(DeploymentId.Of(Production, 4), RollbackCause.Superseded, Noon),
        new EnvironmentEvent.DeploymentQueued(new QueuedDeployment(1, false, new DeployRequest(new CandidateId("3.0.0"), "ana", "hotfix", true) { OverrideFreeze = true, Supersede = true }, Noon), Noon),
        new EnvironmentEvent.QueueLeft(1, "cancelled by ana", Noon), new EnvironmentEvent.PromotionsHeld("ana", "looks odd", Noon), new EnvironmentEvent.PromotionsReleased("ana", Noon),
        new EnvironmentEvent.FleetAsked(new CandidateId("3.0.0"), "ana", null, Noon), new EnvironmentEvent.FleetAsked(null, "ana", "enough", Noon),
        new EnvironmentEvent.DriftAccepted(Version("1.0.1"), "ana", "hotfix by hand", Noon),
        new EnvironmentEvent.CandidatesForgotten([new CandidateId("1.0.0")], Noon),
    ];

    [Fact]
    public void EveryEventIsStoredAsItAlwaysWas() => Goldens.Same("events.jsonl", [.. Events.Select(Write), .. ProjectEvents.Select(Write), .. EnvironmentEvents.Select(Write)]);

    /// <summary>States outlive the events that they were folded from: what was written once is read for ever.</summary>
    [Fact]
    public void EveryStateIsStoredAsItAlwaysWas() => Goldens.Same("states.jsonl",
    [
        InOrder(StateJson.Write(Events.Aggregate(Deployment.Empty, Rollout.Evolve))),
        InOrder(StateJson.Write(ProjectEvents.Aggregate(ProjectState.Empty, ProjectState.Evolve))),
        InOrder(StateJson.Write(EnvironmentEvents.Aggregate(EnvironmentState.Empty, EnvironmentState.Evolve))),
    ]);

    [Fact]
    public void EveryStateThatWasStoredIsRead()
    {
        var lines = File.ReadAllLines(Goldens.PathOf("states.jsonl"));
        Assert.Equal(lines[0], InOrder(StateJson.Write(StateJson.Read<Deployment>(lines[0]))));
        Assert.Equal(lines[1], InOrder(StateJson.Write(StateJson.Read<ProjectState>(lines[1]))));
        Assert.Equal(lines[2], InOrder(StateJson.Write(StateJson.Read<EnvironmentState>(lines[2]))));
    }

    /// <summary>Servers of two versions read the same store while one is replaced after the other.</summary>
    [Fact]
    public void FieldsThatANewerSlipwayAddsArePassedOver()
    {
        foreach (var line in File.ReadAllLines(Goldens.PathOf("events.jsonl")))
            Assert.Equal(Again(line), Again(Added(line)));
        var states = File.ReadAllLines(Goldens.PathOf("states.jsonl"));
        Assert.Equal(states[0], InOrder(StateJson.Write(StateJson.Read<Deployment>(Added(states[0])))));
        Assert.Equal(states[1], InOrder(StateJson.Write(StateJson.Read<ProjectState>(Added(states[1])))));
        Assert.Equal(states[2], InOrder(StateJson.Write(StateJson.Read<EnvironmentState>(Added(states[2])))));

        static string Again(string line) => (JsonNode.Parse(line)!["$type"]!.GetValue<string>().Split('.')[0]) switch
        {
            "deployment" => Write(JsonSerializer.Deserialize<DeploymentEvent>(line, SlipwayJson.Options)!),
            "project" => Write(JsonSerializer.Deserialize<ProjectEvent>(line, SlipwayJson.Options)!),
            _ => Write(JsonSerializer.Deserialize<EnvironmentEvent>(line, SlipwayJson.Options)!),
        };
    }

    /// <summary>With something new in it, and in what it is about.</summary>
    private static string Added(string line)
    {
        var root = JsonNode.Parse(line)!.AsObject();
        foreach (var name in (string[])["spec", "candidate", "split", "evidence", "project", "stable", "active", "serving"])
        {
            if (root[name] is JsonObject inner)
                inner["addedLater"] = new JsonObject { ["a"] = 1 };
        }

        root["addedLater"] = new JsonArray(1, 2);
        return root.ToJsonString(SlipwayJson.Options);
    }

    [Fact]
    public void EveryEventOfADeploymentIsAmongTheStored() => Assert.Equal(Declared<DeploymentEvent>(), [.. Events.Select(e => e.GetType()).ToHashSet().OrderBy(t => t.Name, StringComparer.Ordinal)]);

    [Fact]
    public void EveryEventOfAnEnvironmentIsAmongTheStored() =>
        Assert.Equal(Declared<EnvironmentEvent>(), [.. EnvironmentEvents.Select(e => e.GetType()).ToHashSet().OrderBy(t => t.Name, StringComparer.Ordinal)]);

    [Fact]
    public void EveryStepIsAmongTheStored() => Assert.Equal(Declared<Step>(), [.. Whole.Steps.Select(s => s.GetType()).ToHashSet().OrderBy(t => t.Name, StringComparer.Ordinal)]);

    [Fact]
    public void WhatIsReadBackIsWhatWasWritten()
    {
        foreach (var e in Events)
            Assert.Equal(Write(e), Write(JsonSerializer.Deserialize<DeploymentEvent>(Write(e), SlipwayJson.Options)!));
        foreach (var e in ProjectEvents)
            Assert.Equal(Write(e), Write(JsonSerializer.Deserialize<ProjectEvent>(Write(e), SlipwayJson.Options)!));
        foreach (var e in EnvironmentEvents)
            Assert.Equal(Write(e), Write(JsonSerializer.Deserialize<EnvironmentEvent>(Write(e), SlipwayJson.Options)!));
    }

    [Fact]
    public void OnlyWhatCannotBeComputedIsStored()
    {
        var stored = string.Concat(Events.Select(Write));
        foreach (var computed in new[] { "asksIfSafe", "reachesCandidate", "salt", "share", "\"name\":\"errors\"" })
            Assert.DoesNotContain(computed, stored, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void AStoredDeploymentFoldsToTheSameStateAndPlan()
    {
        RolloutScenario r = new(Whole with { OnFail = OnFail.Rollback });
        r.Give(new DeploymentInput.Approve("sre"));
        r.Give(new DeploymentInput.Approve("lead"));
        r.Settle().Worse();
        var again = Rollout.Fold(r.Events.Select(e => JsonSerializer.Deserialize<DeploymentEvent>(Write(e), SlipwayJson.Options)!));
        Assert.Equal(JsonSerializer.Serialize(r.State, SlipwayJson.Options), JsonSerializer.Serialize(again, SlipwayJson.Options));
        Assert.Equal(r.Wanted, Rollout.Plan(again));
    }

    /// <summary>Dictionaries and sets have no order of their own: theirs is that of this process.</summary>
    private static string InOrder(string state)
    {
        var node = JsonNode.Parse(state)!.AsObject();
        foreach (var name in (string[])["succeededAt", "replacedAt", "bad"])
        {
            if (node[name] is JsonObject map)
                node[name] = new JsonObject(map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())));
        }

        if (node["failedHere"] is JsonArray set)
            node["failedHere"] = new JsonArray([.. set.Select(v => v!.DeepClone()).OrderBy(v => (string)v!, StringComparer.Ordinal)]);
        return node.ToJsonString(SlipwayJson.Options);
    }

    private static string Write<T>(T e) => JsonSerializer.Serialize(e, SlipwayJson.Options);

    private static IEnumerable<Type> Declared<T>() =>
        typeof(T).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(a => a.DerivedType).OrderBy(t => t.Name, StringComparer.Ordinal);
}
