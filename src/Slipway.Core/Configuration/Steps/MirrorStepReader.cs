using System.Collections.Immutable;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;

namespace Slipway.Core.Configuration.Steps;

/// <summary><c>{ mirror: 10% }</c> or <c>{ mirror: { percent: 10%, for: 10m } }</c>.</summary>
internal static class MirrorStepReader
{
    public static ImmutableArray<Step> Read(Value entry, Value? options)
    {
        if (options.Needed(entry, "{ mirror: 10% }") is not { } value)
        {
            return [];
        }

        if (value.Scalar is not null)
        {
            return Share(value) is { } bare ? [new MirrorStep(bare, TimeSpan.Zero)] : [];
        }

        if (value.Mapping("10% or { percent: 10%, for: 10m }") is not { } fields)
        {
            return [];
        }

        var share = fields.Required("percent", "percent: 10%") is { } percent ? Share(percent) : null;
        var time = fields.Optional("for")?.Duration() ?? TimeSpan.Zero;
        fields.End();
        return share is { } s ? [new MirrorStep(s, time)] : [];
    }

    private static Weight? Share(Value value)
    {
        var share = value.Percent();
        if (share == Weight.None)
        {
            value.Report(ProblemCode.OutOfRange, "a mirror of 0 % copies nothing", "write a share above 0%, or leave the step out");
            return null;
        }

        return share;
    }
}
