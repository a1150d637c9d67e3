using System.Collections.Immutable;
using Slipway.Core.Strategies;

namespace Slipway.Core.Configuration.Steps;

/// <summary>Steps that take no options: <c>switch</c> and <c>baseline</c>.</summary>
internal static class BareStepReaders
{
    public static ImmutableArray<Step> Switch(Value entry, Value? options) => Bare(options, "switch", new SwitchStep());

    public static ImmutableArray<Step> Baseline(Value entry, Value? options) => Bare(options, "baseline", new BaselineStep());

    private static ImmutableArray<Step> Bare(Value? options, string name, Step step)
    {
        options?.Report(ProblemCode.WrongKind, $"'{name}' takes no options", $"write - {name}");
        return [step];
    }
}
