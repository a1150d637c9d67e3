using System.Collections.Concurrent;
using System.Collections.Immutable;
using CsCheck;
using Slipway.Core.Analysis;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;
using static Slipway.Core.Tests.Deployments.Given;

namespace Slipway.Core.Tests.Deployments;

/// <summary>Random strategies in random worlds: the promises of <see cref="RolloutPromises"/> hold at every moment, and it always ends.</summary>
public class RolloutModelTests
{
    private static readonly Gen<TimeSpan> GenTime = Gen.Frequency((1, Gen.Const(0)), (3, Gen.Int[1, 600])).Select(s => TimeSpan.FromSeconds(s));

    private static readonly Gen<Weight> GenWeight = Gen.OneOf(Gen.Int[1, 999], Gen.Int[1000, Weight.Whole]).Select(w => new Weight(w));

    private static readonly Gen<ApproveStep> GenApprove =
        Any<ApproveStep>(new ApproveStep([], 1), new ApproveStep(["sre"], 1), new ApproveStep(["ana", "bob"], 2), new ApproveStep([], 1) { NotAuthor = true, Within = TimeSpan.FromDays(2) });

    private static readonly Gen<ImmutableArray<Weight>> GenWeights = Gen.OneOf(
        Gen.Select(Gen.Int[500, 30_000], Gen.Double[1.5, 5], (from, factor) => Ramp.Geometric(new(from), Weight.Full, factor)),
        Gen.Select(Gen.Int[500, 30_000], Gen.Int[15_000, 60_000], (from, step) => Ramp.Linear(new(from), Weight.Full, new(step))),
        GenWeight.Array[1, 4].Select(weights => weights.Order().ToImmutableArray()));

    private static readonly Gen<ImmutableArray<Step>> GenRamp = Gen.Select(GenWeights, GenTime, Gen.Bool, Ramp.Unroll);

    private static readonly HookSpec Undo = new HookSpec.Command(["down"]) { Name = "undo" };

    private static readonly Gen<HookStep> GenHook = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 10], GenTime, Gen.Bool, (n, retries, timeout, web) =>
    {
        HookSpec hook = web ? new HookSpec.Webhook("https://ci.example/hook", null) { Name = $"hook{n}" } : new HookSpec.Command([$"up{n}"]) { Name = $"hook{n}" };
        return new HookStep(hook with { Retries = retries, Timeout = timeout, FailureIsBad = n == 1, Undo = n < 2 ? Undo with { Name = $"undo{n}" } : null });
    });

    /// <summary>Around every strategy: an approval first, and hooks before the candidate starts, between and at the end.</summary>
    private static readonly Gen<ImmutableArray<Step>> GenFirst = Gen.Select(GenApprove.Array[0, 1], GenHook.Array[0, 1], GenHook.Array[0, 1], GenHook.Array[0, 1],
        (approve, before, between, after) => ImmutableArray.Create<Step>([.. approve, .. before, new DeployStep(), .. between, Percent(100), .. after]));

    private static readonly Gen<Step> GenOne = Gen.OneOf<Step>(
        Gen.Select(GenWeight, GenTime, Gen.Bool, (w, hold, safe) => (Step)new WeightStep(w, hold, safe)),
        GenTime.Select(t => (Step)new BakeStep(t)),
        GenTime.Select(t => (Step)new CheckStep(t)),
        GenApprove.Select(a => (Step)a),
        Any(Employees, new AudienceRule { Users = ["ana"] }).Select(r => (Step)new AudienceStep(r)),
        Gen.Select(GenTime, Gen.Int[0, 3], (t, n) => (Step)new PauseStep(n == 0 ? null : t)),
        Gen.Select(GenTime, Gen.Bool, (t, qa) => (Step)new SignalStep(qa ? "qa" : "load", t)),
        Gen.Select(GenWeight, GenTime, (w, t) => (Step)new MirrorStep(w, t)),
        Any<Step>(new SwitchStep(), new BaselineStep(), new ScaleStep(1), new ScaleStep(3), new ScaleStep(null)),
        GenHook.Select(h => (Step)h));

    private static readonly Gen<ImmutableArray<Step>> GenStep = Gen.Frequency((5, GenOne.Select(s => ImmutableArray.Create(s))), (1, GenRamp));

    private static readonly Gen<ImmutableArray<Step>> GenStrategy = Gen.Select(
        GenApprove.Array[0, 1], GenHook.Array[0, 1], GenStep.Array[0, 6], Gen.Bool,
        (approve, before, steps, atOnce) => ImmutableArray.Create<Step>([.. approve, .. before, new DeployStep(), .. steps.SelectMany(s => s), .. atOnce ? (Step[])[Percent(100)] : []]));

    private static readonly Gen<ImmutableArray<CheckSpec>> GenChecks = Any<ImmutableArray<CheckSpec>>(
        [], Errors, [new CheckSpec.Errors(), new CheckSpec.Outage { Restarts = 1 }], [new CheckSpec.Outage { Restarts = 2 }]);

    private static readonly Gen<Slice> GenSlice = Any<Slice>(
        new Slice.Rest(), new Slice.Percent(new Weight(500)), new Slice.Audience(Employees), new Slice.None(), new Slice.Everyone(["shop.local"]));

    private static readonly Gen<DeploymentSpec> GenSpec = Gen.Select(Gen.Select(GenStrategy, GenFirst), GenChecks, GenSlice, Any(OnFail.Rollback, OnFail.Pause), Gen.Int[0, 19], Gen.Int[0, 7],
        (steps, checks, slice, onFail, kind, size) => (Sized(Spec([.. steps.Item1]), size) with { Checks = checks, Slice = slice, OnFail = onFail }) switch
        {
            var first when kind is 0 => first with { Stable = null, Steps = steps.Item2 },
            var fast when kind is 1 => fast with { Steps = steps.Item2 },
            var back when kind is 2 or 3 => back with { Kind = DeploymentKind.Rollback, LastResort = kind is 3, Checks = [], OnRollback = [], Steps = [new DeployStep(), Percent(100)] },
            var forward => forward,
        });

    private static DeploymentSpec Sized(DeploymentSpec spec, int size) => spec with
    {
        Author = "ana",
        Candidate = spec.Candidate with { Deploy = Recipe with { Instances = size < 4 ? 1 : size - 2 } },
        Scaling = size is 3 or 7 ? Scaling.Follow : Scaling.Keep,
        OnRollback = size is 2 or 5 ? [Undo with { Name = "told" }] : [],
    };

    private static readonly Gen<(int Op, int N)[]> GenLife = Gen.Select(Gen.Int[0, RolloutWorld.Ops - 1], Gen.Int[0, 99]).Array[0, 120];

    [Fact]
    public void InAnyWorldARolloutKeepsItsPromisesAndEnds() => Gen.Select(GenSpec, GenLife).Sample((spec, life) => { Live(spec, life); }, iter: Runs.Of(100_000), print: Print);

    /// <summary>A generator that never makes a step, or a world in which something never happens, would show nothing of it.</summary>
    [Fact]
    public void TheRandomWorldsHoldEveryStepAndEverythingThatCanHappen()
    {
        ConcurrentDictionary<object, bool> seen = [];
        Gen.Select(GenSpec, GenLife).Sample((spec, life) =>
        {
            foreach (var e in Live(spec, life).Log)
            {
                seen[e.GetType()] = true;
                if (e is DeploymentEvent.StepEntered entered)
                    seen[spec.Steps[entered.Index].GetType()] = true;
                if (e is DeploymentEvent.RollbackStarted back)
                    seen[(spec.Kind, back.Cause)] = true;
            }
        }, iter: 3_000);
        Assert.DoesNotContain(Kinds(typeof(DeploymentEvent)).Concat(Kinds(typeof(Step))), k => !seen.ContainsKey(k));
        Assert.DoesNotContain(Enum.GetValues<RollbackCause>(), c => !seen.ContainsKey((DeploymentKind.Forward, c)));
        Assert.DoesNotContain([RollbackCause.Bad, RollbackCause.Failed, RollbackCause.Aborted], c => !seen.ContainsKey((DeploymentKind.Rollback, c)));
    }

    private static IEnumerable<Type> Kinds(Type family) => family.Assembly.GetTypes().Where(t => t.IsSubclassOf(family) && !t.IsAbstract);

    [Fact]
    public void AStateThatWasWrittenAndReadBackGoesOnAsIfItHadNotBeen() => Gen.Select(GenSpec, GenLife, Gen.Double[0, 1]).Sample((spec, life, cut) =>
    {
        RolloutWorld world = new(spec);
        foreach (var (op, n) in life)
            world.Do(op, n);
        var after = (int)(cut * world.Log.Count);
        var written = StateJson.Write(Rollout.Fold(world.Log.Take(after)));
        var state = world.Log.Skip(after).Aggregate(StateJson.Read<Deployment>(written), Rollout.Evolve);
        RolloutPromises.Must(StateJson.Write(state) == StateJson.Write(world.State), "it folds to another state");
        RolloutPromises.Must(state.Phase is Phase.Pending || Wanted(state) == Wanted(world.State), "it wants something else");
        RolloutPromises.Must(state.Phase is Phase.Pending || Rollout.NextWake(state, Noon) == Rollout.NextWake(world.State, Noon), "it wakes at another time");
    }, iter: Runs.Of(3_000), print: run => Print((run.Item1, run.Item2)));

    private static string Wanted(Deployment state) =>
        string.Join("; ", Rollout.Plan(state).Select(e => $"{e.GetType().Name} {System.Text.Json.JsonSerializer.Serialize(e, e.GetType(), SlipwayJson.Options)}"));

    private static RolloutWorld Live(DeploymentSpec spec, (int Op, int N)[] life)
    {
        RolloutWorld world = new(spec);
        foreach (var (op, n) in life)
            world.Do(op, n);
        world.Behave();
        return world;
    }

    private static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static string Print((DeploymentSpec Spec, (int, int)[] Life) run) =>
        $"{string.Join(", ", run.Spec.Steps)} {run.Spec.Kind} {run.Spec.OnFail} [{string.Join(", ", run.Spec.Checks)}] {run.Spec.Slice}: {string.Join(" ", run.Life)}";
}
