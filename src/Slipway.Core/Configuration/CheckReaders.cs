using System.Collections.Immutable;
using Slipway.Core.Analysis;

namespace Slipway.Core.Configuration;

/// <summary>Reads checks. Another kind of check is one function and one line of the table.</summary>
internal static class CheckReaders
{
    private const string Example = "[errors, latency] or [{ errors: { alpha: 0.01 } }]";

    private static readonly ImmutableSortedDictionary<string, Func<Fields?, CheckSpec>> Table = new Dictionary<string, Func<Fields?, CheckSpec>>
    {
        ["errors"] = Errors,
        ["latency"] = Latency,
        ["outage"] = Outage,
    }.ToImmutableSortedDictionary();

    public static ImmutableArray<CheckSpec> Default { get; } = [new CheckSpec.Errors(), new CheckSpec.Latency()];

    public static ImmutableArray<CheckSpec> Read(Value value)
    {
        var checks = ImmutableArray.CreateBuilder<CheckSpec>();
        foreach (var item in value.Items(Example) ?? [])
        {
            if (One(item) is not { } check)
            {
                continue;
            }

            if (checks.Any(c => c.Name == check.Name))
            {
                item.Report(ProblemCode.Repeated, $"the check '{check.Name}' is in the list twice", "keep one");
            }

            checks.Add(check);
        }

        return checks.ToImmutable();
    }

    private static CheckSpec? One(Value item) => Choice.Read(item, Table.Keys, Example) is not { } choice ? null
        : choice.Options is not { } options ? Table[choice.Name](null)
        : options.Mapping("{} for the defaults") is { } fields ? Table[choice.Name](fields)
        : null;

    private static CheckSpec.Errors Errors(Fields? fields)
    {
        var defaults = new CheckSpec.Errors();
        var check = fields is null ? defaults : new CheckSpec.Errors
        {
            Alpha = Chance(fields, "alpha") ?? defaults.Alpha,
            Tolerance = fields.Optional("tolerance")?.Fraction(v => v >= 1, "of at least 1: how many times the baseline's error rate is no defect") ?? defaults.Tolerance,
            AbsoluteTolerance = fields.Optional("absoluteTolerance")?.Fraction(v => v is >= 0 and < 1, "from 0 to below 1") ?? defaults.AbsoluteTolerance,
            Beta = Chance(fields, "beta") ?? defaults.Beta,
            Objective = fields.Optional("objective")?.Fraction(v => v is > 0 and < 1, "above 0 and below 1") ?? defaults.Objective,
        };
        fields?.End();
        return check;
    }

    private static CheckSpec.Latency Latency(Fields? fields)
    {
        var defaults = new CheckSpec.Latency();
        var check = fields is null ? defaults : new CheckSpec.Latency
        {
            Alpha = Chance(fields, "alpha") ?? defaults.Alpha,
            Tolerance = fields.Optional("tolerance")?.Fraction(v => v is >= 0 and <= 10, "from 0 to 10: 0.05 is 5 % slower") ?? defaults.Tolerance,
            Floor = fields.Optional("floor")?.Duration() ?? defaults.Floor,
            WarmUp = fields.Optional("warmUp")?.Duration() ?? defaults.WarmUp,
        };
        fields?.End();
        return check;
    }

    private static CheckSpec.Outage Outage(Fields? fields)
    {
        var defaults = new CheckSpec.Outage();
        var check = fields is null ? defaults : new CheckSpec.Outage
        {
            Silence = fields.Optional("silence")?.PositiveDuration() ?? defaults.Silence,
            Restarts = fields.Optional("restarts")?.Count(0, 1000) ?? defaults.Restarts,
        };
        fields?.End();
        return check;
    }

    private static double? Chance(Fields fields, string key) => fields.Optional(key)?.Fraction(v => v is > 0 and < 0.5, "above 0 and below 0.5");
}
