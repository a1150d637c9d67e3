using System.Collections.Immutable;
using Slipway.Core.Strategies;

namespace Slipway.Core.Configuration.Steps;

/// <summary><c>{ signal: qa }</c> or <c>{ signal: { name: qa, within: 2h } }</c>.</summary>
internal static class SignalStepReader
{
    private static readonly TimeSpan DefaultWithin = TimeSpan.FromDays(1);

    public static ImmutableArray<Step> Read(Value entry, Value? options)
    {
        if (options.Needed(entry, "{ signal: qa }") is not { } value)
        {
            return [];
        }

        if (value.Scalar is not null)
        {
            return value.Name() is { } bare ? [new SignalStep(bare, DefaultWithin)] : [];
        }

        if (value.Mapping("qa or { name: qa, within: 2h }") is not { } fields)
        {
            return [];
        }

        var name = fields.Required("name", "name: qa")?.Name();
        var within = fields.Optional("within") is { } time ? time.PositiveDuration() : DefaultWithin;
        fields.End();
        return name is { } n && within is { } w ? [new SignalStep(n, w)] : [];
    }
}
