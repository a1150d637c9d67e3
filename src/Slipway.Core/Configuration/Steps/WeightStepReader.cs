using System.Collections.Immutable;
using Slipway.Core.Strategies;

namespace Slipway.Core.Configuration.Steps;

/// <summary><c>{ weight: 5% }</c> or <c>{ weight: { to: 5%, hold: 10m, until: safe } }</c>.</summary>
internal static class WeightStepReader
{
    public static ImmutableArray<Step> Read(Value entry, Value? options)
    {
        if (options.Needed(entry, "{ weight: 5% }") is not { } value)
        {
            return [];
        }

        if (value.Scalar is not null)
        {
            return value.Percent() is { } bare ? [new WeightStep(bare, TimeSpan.Zero, false)] : [];
        }

        if (value.Mapping("5% or { to: 5%, hold: 10m, until: safe }") is not { } fields)
        {
            return [];
        }

        var to = fields.Required("to", "to: 5%")?.Percent();
        var hold = fields.Optional("hold")?.Duration() ?? TimeSpan.Zero;
        var untilSafe = fields.UntilSafe();
        fields.End();
        return to is { } weight ? [new WeightStep(weight, hold, untilSafe)] : [];
    }
}
