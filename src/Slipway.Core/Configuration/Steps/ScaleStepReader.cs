using System.Collections.Immutable;
using Slipway.Core.Strategies;

namespace Slipway.Core.Configuration.Steps;

/// <summary><c>{ scale: 3 }</c>, or <c>{ scale: weight }</c> for "in proportion to the weight again".</summary>
internal static class ScaleStepReader
{
    public static ImmutableArray<Step> Read(Value entry, Value? options) => options.Needed(entry, "{ scale: 3 }") switch
    {
        null => [],
        { Scalar: "weight" } => [new ScaleStep(null)],
        { } value => value.Count(1, Limits.Instances) is { } count ? [new ScaleStep(count)] : [],
    };
}
