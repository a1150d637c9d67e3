using System.Collections.Immutable;
using Slipway.Core.Strategies;

namespace Slipway.Core.Configuration.Steps;

internal static class ApproveStepReader
{
    public static ImmutableArray<Step> Read(Value entry, Value? options) => ApprovalReader.Read(options) is { } step ? [step] : [];
}
