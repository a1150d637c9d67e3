using System.Collections.Immutable;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;

namespace Slipway.Core.Configuration.Steps;

/// <summary><c>{ ramp: { from: 1%, to: 100%, factor: 2, every: 10m, until: safe } }</c>, with <c>step: 10%</c> or <c>weights: [...]</c> in place of the factor.</summary>
internal static class RampReader
{
    private const string Example = "{ ramp: { from: 1%, to: 100%, factor: 2, every: 10m } }";
    private static readonly TimeSpan DefaultEvery = TimeSpan.FromMinutes(10);

    public static ImmutableArray<Step> Read(Value entry, Value? options) =>
        options.Needed(entry, Example) is { } value ? Read(value, untilSafe: false) : [];

    /// <param name="value">What stands behind <c>ramp</c>.</param>
    /// <param name="untilSafe">Whether <c>until: safe</c> stands beside the ramp instead of in it.</param>
    public static ImmutableArray<Step> Read(Value value, bool untilSafe)
    {
        if (value.Mapping(Example) is not { } fields)
        {
            return [];
        }

        var keys = new Keys(fields.Optional("from"), fields.Optional("to"), fields.Optional("factor"), fields.Optional("step"), fields.Optional("weights"));
        var every = fields.Optional("every")?.Duration() ?? DefaultEvery;
        var until = fields.UntilSafe() || untilSafe;
        fields.End();
        var alone = fields.Exclude("factor", "step", "weights") & fields.Exclude("from", "weights") & fields.Exclude("to", "weights");
        return alone && Weights(value, keys) is { IsEmpty: false } weights ? Ramp.Unroll(weights, every, until) : [];
    }

    private static ImmutableArray<Weight> Weights(Value ramp, Keys keys)
    {
        if (keys.Weights is { } weights)
        {
            return Listed(weights);
        }

        var from = keys.From is { } f ? f.Percent() : Missing(ramp);
        var to = keys.To is { } t ? t.Percent() : Weight.Full;
        var factor = keys.Factor is { } k ? Factor(k) : 2;
        var step = keys.Step?.Percent();
        if (from is not { } start || to is not { } end || factor is not { } ratio || (keys.Step is not null && step is null))
        {
            return [];
        }

        return IsPossible(ramp, keys, start, end, step) && IsShort(ramp, start, end, ratio, step)
            ? step is { } by ? Ramp.Linear(start, end, by) : Ramp.Geometric(start, end, ratio)
            : [];
    }

    private static ImmutableArray<Weight> Listed(Value list)
    {
        var items = list.Items("[1%, 5%, 25%, 100%]", Limits.Steps);
        if (items is { IsEmpty: true })
        {
            list.Report(ProblemCode.ImpossibleRamp, "the ramp has no weights", "write at least one, such as [1%, 5%, 25%, 100%]");
        }

        var weights = (items ?? []).Select(Scalars.Percent).ToArray();
        return weights.All(w => w is not null) ? [.. weights.Select(w => w!.Value)] : [];
    }

    private static Weight? Missing(Value ramp)
    {
        ramp.Report(ProblemCode.MissingKey, "the key 'from' is missing", "add from: 1%, or list the weights: [1%, 5%, 25%, 100%]");
        return null;
    }

    private static double? Factor(Value value)
    {
        if (value.Fraction(v => v <= 100_000, "of at most 100000") is not { } factor)
        {
            return null;
        }

        if (factor > 1)
        {
            return factor;
        }

        value.Report(ProblemCode.ImpossibleRamp, $"a ramp by the factor {value.Shown} never grows", "write a factor above 1, such as 2");
        return null;
    }

    private static bool IsPossible(Value ramp, Keys keys, Weight from, Weight to, Weight? step)
    {
        if (from == Weight.None)
        {
            keys.From?.Report(ProblemCode.ImpossibleRamp, "a ramp cannot begin at 0 %", "begin above, such as at 1%");
            return false;
        }

        if (step == Weight.None)
        {
            keys.Step?.Report(ProblemCode.ImpossibleRamp, "a ramp by steps of 0 % never grows", "write a step above 0%, such as 10%");
            return false;
        }

        if (from > to)
        {
            ramp.Report(ProblemCode.ImpossibleRamp, $"the ramp falls from {from} to {to}", "let 'to' be at least 'from'; going back is what a rollback does");
            return false;
        }

        return true;
    }

    /// <summary>Asked before anything is unrolled, so that a tiny step costs nothing.</summary>
    private static bool IsShort(Value ramp, Weight from, Weight to, double factor, Weight? step)
    {
        var steps = step is { } by ? (to.Value - from.Value) / (double)by.Value : Math.Log(to.Value / (double)from.Value) / Math.Log(factor);
        if (steps < Limits.Steps)
        {
            return true;
        }

        ramp.Report(ProblemCode.TooMuch, $"the ramp has {Math.Ceiling(steps):0} weights", $"take larger steps; a strategy has at most {Limits.Steps}");
        return false;
    }

    private sealed record Keys(Value? From, Value? To, Value? Factor, Value? Step, Value? Weights);
}
