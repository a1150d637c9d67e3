using System.Collections.Immutable;
using Slipway.Core.Strategies;

namespace Slipway.Core.Configuration.Steps;

internal static class HookStepReader
{
    public static ImmutableArray<Step> Read(Value entry, Value? options) =>
        options.Needed(entry, $"{{ hook: {HookReader.Example} }}") is { } value && HookReader.Read(value) is { } hook ? [new HookStep(hook)] : [];
}
