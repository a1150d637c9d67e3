using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Projects;

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
        ["count"] = Count,
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
                item.Report(ProblemCode.Repeated, $"the check '{check.Name}' is in the list twice", "keep one, or give it a name: of its own");
            }

            checks.Add(check);
        }

        return checks.ToImmutable();
    }

    private static CheckSpec? One(Value item)
    {
        if (Choice.Read(item, Table.Keys, Example) is not { } choice)
        {
            return null;
        }

        var fields = choice.Options?.Mapping("{} for the defaults");
        if (choice.Options is not null && fields is null)
        {
            return null;
        }

        var check = Table[choice.Name](fields);
        var whole = fields is null ? check : CheckPolicyReader.Read(fields, check);
        fields?.End();
        if (whole is CheckSpec.Count { From: null })
        {
            item.Report(ProblemCode.MissingKey, $"the check '{whole.Name}' says nothing of where its numbers come from", "add from: { source: metrics, total: ..., count: ... }");
        }

        return whole;
    }

    private static CheckSpec.Errors Errors(Fields? fields)
    {
        var defaults = new CheckSpec.Errors();
        return fields is null ? defaults : new CheckSpec.Errors
        {
            Alpha = Chance(fields, "alpha") ?? defaults.Alpha,
            Tolerance = fields.Optional("tolerance")?.Fraction(v => v >= 1, "of at least 1: how many times the baseline's error rate is no defect") ?? defaults.Tolerance,
            AbsoluteTolerance = fields.Optional("absoluteTolerance")?.Fraction(v => v is >= 0 and < 1, "from 0 to below 1") ?? defaults.AbsoluteTolerance,
            Beta = Chance(fields, "beta") ?? defaults.Beta,
            Objective = fields.Optional("objective")?.Fraction(v => v is > 0 and < 1, "above 0 and below 1") ?? defaults.Objective,
            From = CheckPolicyReader.From(fields, MetricShape.Counts, "total", "count"),
        };
    }

    private static CheckSpec.Latency Latency(Fields? fields)
    {
        var defaults = new CheckSpec.Latency();
        return fields is null ? defaults : new CheckSpec.Latency
        {
            Alpha = Chance(fields, "alpha") ?? defaults.Alpha,
            Tolerance = fields.Optional("tolerance")?.Fraction(v => v is >= 0 and <= 10, "from 0 to 10: 0.05 is 5 % slower") ?? defaults.Tolerance,
            Floor = fields.Optional("floor")?.Duration() ?? defaults.Floor,
            From = CheckPolicyReader.From(fields, MetricShape.Latencies, "histogram"),
        };
    }

    private static CheckSpec.Count Count(Fields? fields)
    {
        var defaults = new CheckSpec.Count();
        return fields is null ? defaults : new CheckSpec.Count
        {
            Alpha = Chance(fields, "alpha") ?? defaults.Alpha,
            Tolerance = fields.Optional("tolerance")?.Fraction(v => v >= 1, "of at least 1: how many times the baseline's rate is no defect") ?? defaults.Tolerance,
            Beta = Chance(fields, "beta") ?? defaults.Beta,
            From = CheckPolicyReader.From(fields, MetricShape.Counts, "total", "count"),
        };
    }

    private static CheckSpec.Outage Outage(Fields? fields)
    {
        var defaults = new CheckSpec.Outage();
        return fields is null ? defaults : new CheckSpec.Outage
        {
            Silence = fields.Optional("silence")?.PositiveDuration() ?? defaults.Silence,
            Restarts = fields.Optional("restarts")?.Count(0, 1000) ?? defaults.Restarts,
        };
    }

    private static double? Chance(Fields fields, string key) => fields.Optional(key)?.Fraction(v => v is > 0 and < 0.5, "above 0 and below 0.5");
}
