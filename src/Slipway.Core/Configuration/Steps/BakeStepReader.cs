using System.Collections.Immutable;
using Slipway.Core.Strategies;

namespace Slipway.Core.Configuration.Steps;

internal static class BakeStepReader
{
    public static ImmutableArray<Step> Read(Value entry, Value? options) =>
        options.Needed(entry, "{ bake: 30m }")?.PositiveDuration() is { } time ? [new BakeStep(time)] : [];
}
