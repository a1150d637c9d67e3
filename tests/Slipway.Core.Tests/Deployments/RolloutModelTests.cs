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
        Any<ApproveStep>(new ApproveStep([], 1), new ApproveStep(["sre"], 1), new ApproveStep(["ana", "bob"], 2));

    private static readonly Gen<ImmutableArray<Step>> GenRamp =
        Gen.Select(Gen.Int[500, 30_000], Gen.Double[1.5, 5], GenTime, Gen.Bool, (from, factor, every, safe) => Ramp.Unroll(Ramp.Geometric(new(from), Weight.Full, factor), every, safe));

    private static readonly Gen<ImmutableArray<Step>> GenStep = Gen.OneOf<ImmutableArray<Step>>(
        Gen.Select(GenWeight, GenTime, Gen.Bool, (w, hold, safe) => ImmutableArray.Create<Step>(new WeightStep(w, hold, safe))),
        GenTime.Select(t => ImmutableArray.Create<Step>(new BakeStep(t))),
        GenTime.Select(t => ImmutableArray.Create<Step>(new CheckStep(t))),
        GenApprove.Select(a => ImmutableArray.Create<Step>(a)),
        Any(Employees, new AudienceRule { Users = ["ana"] }).Select(r => ImmutableArray.Create<Step>(new AudienceStep(r))),
        GenRamp);

    private static readonly Gen<ImmutableArray<Step>> GenStrategy = Gen.Select(
        GenApprove.Array[0, 1], GenStep.Array[0, 5], Gen.Bool,
        (approve, steps, atOnce) => ImmutableArray.Create<Step>([.. approve, new DeployStep(), .. steps.SelectMany(s => s), .. atOnce ? (Step[])[Percent(100)] : []]));

    private static readonly Gen<ImmutableArray<CheckSpec>> GenChecks = Any<ImmutableArray<CheckSpec>>(
        [], Errors, [new CheckSpec.Errors(), new CheckSpec.Outage { Restarts = 1 }], [new CheckSpec.Outage { Restarts = 2 }]);

    private static readonly Gen<Slice> GenSlice = Any<Slice>(
        new Slice.Rest(), new Slice.Percent(new Weight(500)), new Slice.Audience(Employees), new Slice.None(), new Slice.Everyone(["shop.local"]));

    private static readonly Gen<DeploymentSpec> GenSpec = Gen.Select(GenStrategy, GenChecks, GenSlice, Any(OnFail.Rollback, OnFail.Pause), Gen.Int[0, 9],
        (steps, checks, slice, onFail, kind) => (Spec([.. steps]) with { Checks = checks, Slice = slice, OnFail = onFail }) switch
        {
            var first when kind is 0 => first with { Stable = null, Steps = [new DeployStep(), Percent(100)] },
            var back when kind is 1 => back with { Kind = DeploymentKind.Rollback, Checks = [], Steps = [new DeployStep(), Percent(100)] },
            var forward => forward,
        });

    private static readonly Gen<(int Op, int N)[]> GenLife = Gen.Select(Gen.Int[0, 15], Gen.Int[0, 99]).Array[0, 120];

    [Fact]
    public void InAnyWorldARolloutKeepsItsPromisesAndEnds() => Gen.Select(GenSpec, GenLife).Sample(Live, iter: 20_000, print: Print);

    [Theory]
    [InlineData("9oKQepdfelf1")] // a rollback was rolled back by a check
    [InlineData("4BYYFd5LW_Q3")] // an exit while settling was not heard
    [InlineData("9e1viK_CKeF4")] // a failed check vanished in a person's pause
    public void WorldsThatOnceBrokeAPromise(string seed) => Gen.Select(GenSpec, GenLife).Sample(Live, seed: seed, iter: 1, print: Print);

    private static void Live(DeploymentSpec spec, (int Op, int N)[] life)
    {
        RolloutWorld world = new(spec);
        foreach (var (op, n) in life)
            world.Do(op, n);
        world.Behave();
    }

    private static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static string Print((DeploymentSpec Spec, (int, int)[] Life) run) =>
        $"{string.Join(", ", run.Spec.Steps)} {run.Spec.Kind} {run.Spec.OnFail} [{string.Join(", ", run.Spec.Checks)}] {run.Spec.Slice}: {string.Join(" ", run.Life)}";
}
