using System.Collections.Immutable;
using Slipway.Core.Strategies;

namespace Slipway.Core.Configuration.Steps;

internal static class AudienceStepReader
{
    public static ImmutableArray<Step> Read(Value entry, Value? options) =>
        options.Needed(entry, "{ audience: { header: { x-employee: \"true\" } } }") is { } value && AudienceReader.Read(value) is { } rule
            ? [new AudienceStep(rule)]
            : [];
}
