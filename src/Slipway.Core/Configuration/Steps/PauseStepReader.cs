using System.Collections.Immutable;
using Slipway.Core.Strategies;

namespace Slipway.Core.Configuration.Steps;

/// <summary><c>pause</c> (until a person goes on) or <c>{ pause: 10m }</c>.</summary>
internal static class PauseStepReader
{
    public static ImmutableArray<Step> Read(Value entry, Value? options) =>
        options is not { } value ? [new PauseStep(null)] : value.PositiveDuration() is { } time ? [new PauseStep(time)] : [];
}
