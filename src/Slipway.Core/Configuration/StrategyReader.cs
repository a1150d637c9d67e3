using System.Collections.Immutable;
using Slipway.Core.Configuration.Steps;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;

namespace Slipway.Core.Configuration;

/// <summary>A step and the path of the entry it was written as; null when nobody wrote it.</summary>
internal readonly record struct SourcedStep(Step Step, string? Path);

/// <summary>Reads a strategy: a mapping around one ramp, or a list of steps.</summary>
internal static class StrategyReader
{
    private const string Example = "{ ramp: { from: 1%, factor: 2, every: 10m }, until: safe } or a list of steps";

    /// <summary>What an environment without a strategy does: everyone at once, then watched until it is safe where that can be known.</summary>
    public static ImmutableArray<SourcedStep> Default(bool checkable)
    {
        ImmutableArray<Step> steps = [new DeployStep(), new WeightStep(Weight.Full, TimeSpan.Zero, false)];
        return [.. (checkable ? steps.Add(new CheckStep(CheckStepReader.DefaultWithin)) : steps).Select(s => new SourcedStep(s, null))];
    }

    public static ImmutableArray<SourcedStep> Read(Value value)
    {
        var steps = value.Node is Node.Sequence ? Listed(value) : Mapped(value);
        if (steps.Length > Limits.Steps)
        {
            value.Report(ProblemCode.TooMuch, $"the strategy has {steps.Length} steps", $"keep it to {Limits.Steps}");
            return [];
        }

        return steps.Any(s => s.Step is DeployStep) ? steps : [new SourcedStep(new DeployStep(), null), .. steps];
    }

    private static ImmutableArray<SourcedStep> Listed(Value list) =>
        [.. (list.Items(Example, Limits.Steps) ?? []).SelectMany(entry => Sourced(entry, StepReaders.Read(entry)))];

    private static ImmutableArray<SourcedStep> Mapped(Value value)
    {
        if (value.Mapping(Example) is not { } fields)
        {
            return [];
        }

        if (fields.Optional("blueGreen") is { } blueGreen)
        {
            fields.End();
            return [.. Sourced(blueGreen, BlueGreenReader.Read(blueGreen))];
        }

        var (audience, approve) = (fields.Optional("audience"), fields.Optional("approve"));
        var untilSafe = fields.UntilSafe();
        var ramp = fields.Required("ramp", "ramp: { from: 1%, factor: 2, every: 10m }, or write a list of steps");
        fields.End();
        return
        [
            .. audience is { } a && AudienceReader.Read(a) is { } rule ? Sourced(a, [new AudienceStep(rule)]) : [],
            .. approve is { } p && ApprovalReader.Read(p) is { } people ? Sourced(p, [people]) : [],
            .. ramp is { } r ? Sourced(r, RampReader.Read(r, untilSafe)) : [],
        ];
    }

    private static IEnumerable<SourcedStep> Sourced(Value entry, ImmutableArray<Step> steps) => steps.Select(step => new SourcedStep(step, entry.Path));
}
