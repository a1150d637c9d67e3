using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
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
    private static readonly DeploymentSpec Whole = Spec(
        new ApproveStep(["sre", "lead"], 2), new DeployStep(), new AudienceStep(new AudienceRule
        {
            Headers = [new NameValue("x-employee", "true")], Cookies = [new NameValue("beta", "1")], Cidrs = ["10.0.0.0/8"], Users = ["ana"],
        }),
        Percent(0.001m, 600, untilSafe: true), new BakeStep(TimeSpan.FromMinutes(15)), new CheckStep(TimeSpan.FromHours(2)), Percent(100)) with
    {
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
        new RollbackStarted(RollbackCause.Bad, "errors: 5 % of answers failed against 1 %", Noon), new Succeeded(Noon), new RolledBack(Noon),
    ];

    private static readonly ImmutableArray<ProjectEvent> ProjectEvents =
    [
        new ProjectEvent.CandidateCreated(new Candidate(new CandidateId("2.0.0"), 2, Archive("2.0.0"), "notes", "ci", Noon), Noon),
        new ProjectEvent.CandidateFlagged(new CandidateId("2.0.0"), "bob", "loses orders", Noon),
        new ProjectEvent.CandidateUnflagged(new CandidateId("2.0.0"), "bob", "was the database", Noon),
    ];

    private static readonly ImmutableArray<EnvironmentEvent> EnvironmentEvents =
    [
        new EnvironmentEvent.DeploymentCreated(Spec(new DeployStep(), Percent(100)) with { Kind = DeploymentKind.Rollback, Stable = null, Slice = new Slice.Percent(new Weight(2_000)) }, Noon),
        new EnvironmentEvent.DeploymentEnded(DeploymentId.Of(Production, 2), null, Noon),
        new EnvironmentEvent.DeploymentEnded(DeploymentId.Of(Production, 3), RollbackCause.Aborted, Noon),
    ];

    [Fact]
    public void EveryEventIsStoredAsItAlwaysWas() => AssertGolden("events.jsonl", [.. Events.Select(Write), .. ProjectEvents.Select(Write), .. EnvironmentEvents.Select(Write)]);

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

    private static string Write<T>(T e) => JsonSerializer.Serialize(e, SlipwayJson.Options);

    private static IEnumerable<Type> Declared<T>() =>
        typeof(T).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(a => a.DerivedType).OrderBy(t => t.Name, StringComparer.Ordinal);

    /// <summary>Set UPDATE_GOLDENS=1 to write what is there now, then review the diff.</summary>
    private static void AssertGolden(string name, IEnumerable<string> lines, [CallerFilePath] string here = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(here)!, "..", "Goldens", name);
        if (System.Environment.GetEnvironmentVariable("UPDATE_GOLDENS") == "1")
            File.WriteAllLines(path, lines);
        Assert.Equal(File.ReadAllLines(path), lines);
    }
}
