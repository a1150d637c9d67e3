using System.Collections.Immutable;
using Slipway.Core.Strategies;

namespace Slipway.Core.Configuration.Steps;

/// <summary><c>check</c> or <c>{ check: { within: 10m } }</c>.</summary>
internal static class CheckStepReader
{
    /// <summary>Long enough for a quiet service to gather evidence, short enough that a person hears of it the same day.</summary>
    public static readonly TimeSpan DefaultWithin = TimeSpan.FromHours(1);

    public static ImmutableArray<Step> Read(Value entry, Value? options)
    {
        if (options is not { } value)
        {
            return [new CheckStep(DefaultWithin)];
        }

        if (value.Mapping("{ within: 10m }") is not { } fields)
        {
            return [];
        }

        var within = fields.Optional("within") is { } time ? time.PositiveDuration() : DefaultWithin;
        fields.End();
        return within is { } w ? [new CheckStep(w)] : [];
    }
}
