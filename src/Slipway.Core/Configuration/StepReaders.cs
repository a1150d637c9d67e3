using System.Collections.Immutable;
using Slipway.Core.Configuration.Steps;
using Slipway.Core.Strategies;

namespace Slipway.Core.Configuration;

/// <summary>Reads one entry of a strategy into the steps it stands for (a ramp is many); nothing when it could not, and that was told.</summary>
/// <param name="entry">The entry.</param>
/// <param name="options">What stands behind the step's name; null for a bare word.</param>
internal delegate ImmutableArray<Step> StepReader(Value entry, Value? options);

/// <summary>Every step a strategy can be written with. Another one is one file and one line here.</summary>
internal static class StepReaders
{
    public const string Example = "deploy, { weight: 5% }, { ramp: {...} }, { audience: {...} }, { bake: 30m }, check, pause, switch or { approve: {...} }";

    private static readonly ImmutableSortedDictionary<string, StepReader> Table = new Dictionary<string, StepReader>
    {
        ["deploy"] = DeployStepReader.Read,
        ["audience"] = AudienceStepReader.Read,
        ["weight"] = WeightStepReader.Read,
        ["ramp"] = RampReader.Read,
        ["bake"] = BakeStepReader.Read,
        ["check"] = CheckStepReader.Read,
        ["approve"] = ApproveStepReader.Read,
        ["pause"] = PauseStepReader.Read,
        ["signal"] = SignalStepReader.Read,
        ["hook"] = HookStepReader.Read,
        ["mirror"] = MirrorStepReader.Read,
        ["switch"] = BareStepReaders.Switch,
        ["blueGreen"] = BlueGreenReader.Read,
        ["baseline"] = BareStepReaders.Baseline,
        ["scale"] = ScaleStepReader.Read,
    }.ToImmutableSortedDictionary();

    public static ImmutableArray<Step> Read(Value entry) =>
        Choice.Read(entry, Table.Keys, Example) is { } choice ? Table[choice.Name](entry, choice.Options) : [];

    /// <summary>The options of a step that cannot do without; null, and told, for a bare word.</summary>
    public static Value? Needed(this Value? options, Value entry, string example)
    {
        if (options is null)
        {
            entry.Report(ProblemCode.WrongKind, $"{entry.Shown} says too little", $"write {example}");
        }

        return options;
    }

    /// <summary>Whether <c>until: safe</c> is written.</summary>
    public static bool UntilSafe(this Fields fields) => fields.Optional("until")?.Word(("safe", true)) ?? false;
}
