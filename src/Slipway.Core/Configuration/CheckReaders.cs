using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Analysis.Judges;

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
        ["gauge"] = Gauge,
        ["limit"] = Limit,
        ["split"] = Split,
        ["signal"] = Signal,
        ["threshold"] = Threshold,
        ["judge"] = Judge,
    }.ToImmutableSortedDictionary();

    public static ImmutableArray<CheckSpec> Default(double alpha) => CheckShares.Of(alpha, [(new CheckSpec.Errors(), false), (new CheckSpec.Latency(), false)]);

    /// <param name="alpha">Chance of ever stopping a healthy candidate, over all checks that say none of their own.</param>
    public static ImmutableArray<CheckSpec> Read(Value value, double alpha)
    {
        List<(CheckSpec Check, bool HasAlpha)> checks = [];
        foreach (var item in value.Items(Example) ?? [])
        {
            if (One(item, out var hasAlpha) is not { } check)
            {
                continue;
            }

            if (checks.Any(c => c.Check.Name == check.Name))
            {
                item.Report(ProblemCode.Repeated, $"the check '{check.Name}' is in the list twice", "keep one, or give it a name: of its own");
            }

            checks.Add((check, hasAlpha));
        }

        return CheckShares.Of(alpha, checks);
    }

    private static CheckSpec? One(Value item, out bool hasAlpha)
    {
        hasAlpha = false;
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
        hasAlpha = fields?.Has("alpha") ?? false;
        fields?.End();
        if (Wants(whole) is { } roles)
        {
            item.Report(ProblemCode.MissingKey, $"the check '{whole.Name}' says nothing of where its numbers come from", $"add from: {{ source: metrics, {roles} }}");
        }

        return whole;
    }

    /// <summary>What a check has to ask a source for, and does not; null when it asks, or looks at what gateways count.</summary>
    private static string? Wants(CheckSpec check) => check switch
    {
        { From: not null } => null,
        CheckSpec.Count => "total: ..., count: ...",
        CheckSpec.Gauge or CheckSpec.Signal or CheckSpec.Threshold or CheckSpec.Judge or CheckSpec.Limit { ErrorRate: null, Quantile: null } => "value: ...",
        _ => null,
    };

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
            Per = fields.Optional("per")?.Word(("auto", CountedPer.Auto), ("request", CountedPer.Request), ("client", CountedPer.Client)) ?? defaults.Per,
            Dispersion = Dispersion(fields),
            From = CheckPolicyReader.From(fields, MetricShape.Counts, "total", "count"),
            Strata = Strata(fields),
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
            Dispersion = Dispersion(fields),
            From = CheckPolicyReader.From(fields, MetricShape.Latencies, "histogram"),
            Strata = Strata(fields),
        };
    }

    /// <summary>What gateways count apart; a source does not.</summary>
    private static StrataChoice Strata(Fields fields)
    {
        fields.Exclude("strata", "from");
        if (fields.Optional("strata") is not { } list)
        {
            return StrataChoice.All;
        }

        var words = list.Strings("[route, region]", word => word.Word(("route", StrataChoice.Routes), ("region", StrataChoice.Regions)) is null ? null : word.Scalar);
        return words switch { [] => StrataChoice.None, ["route"] => StrataChoice.Routes, ["region"] => StrataChoice.Regions, _ => StrataChoice.All };
    }

    private static CheckSpec.Count Count(Fields? fields)
    {
        var defaults = new CheckSpec.Count();
        return fields is null ? defaults : new CheckSpec.Count
        {
            Alpha = Chance(fields, "alpha") ?? defaults.Alpha,
            Tolerance = fields.Optional("tolerance")?.Fraction(v => v >= 1, "of at least 1: how many times the baseline's rate is no defect") ?? defaults.Tolerance,
            Beta = Chance(fields, "beta") ?? defaults.Beta,
            Dispersion = Dispersion(fields),
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

    private static CheckSpec.Gauge Gauge(Fields? fields)
    {
        var defaults = new CheckSpec.Gauge();
        return fields is null ? defaults : new CheckSpec.Gauge
        {
            Alpha = Chance(fields, "alpha") ?? defaults.Alpha,
            Tolerance = fields.Optional("tolerance")?.Fraction(v => v is >= 0 and <= 100, "from 0: 0.1 is 10 % more") ?? defaults.Tolerance,
            LessIsWorse = fields.Optional("worse")?.Word(("higher", false), ("lower", true)) ?? false,
            Block = fields.Optional("block")?.Duration() is { } block ? AtLeast(fields, block) : defaults.Block,
            From = CheckPolicyReader.From(fields, MetricShape.Value, "value"),
        };
    }

    private static CheckSpec.Limit Limit(Fields? fields)
    {
        if (fields is null)
        {
            return new CheckSpec.Limit();
        }

        string[] quantiles = ["p50", "p90", "p95", "p99"];
        var (errors, least, most) = (fields.Optional("errors"), fields.Optional("atLeast"), fields.Optional("atMost"));
        var asked = quantiles.Select(q => (Name: q, Value: fields.Optional(q))).FirstOrDefault(q => q.Value is not null);
        fields.Exclude(["errors", .. quantiles, "atMost"]);
        fields.Exclude(["errors", .. quantiles, "atLeast"]);
        var isValue = errors is null && asked.Value is null;
        return new CheckSpec.Limit
        {
            ErrorRate = errors?.Fraction(v => v is >= 0 and < 1, "from 0 to below 1: the share of requests that may fail"),
            Quantile = asked.Value is null ? null : int.Parse(asked.Name[1..], System.Globalization.CultureInfo.InvariantCulture) / 100.0,
            Slowest = asked.Value?.PositiveDuration(),
            Least = Number(least), Most = Number(most),
            Over = fields.Optional("over")?.PositiveDuration() ?? TimeSpan.FromMinutes(1),
            Minimum = fields.Optional("minimum")?.Count(1, 1_000_000_000) ?? (isValue ? 3 : 100),
            From = isValue ? CheckPolicyReader.From(fields, MetricShape.Value, "value")
                : errors is not null ? CheckPolicyReader.From(fields, MetricShape.Counts, "total", "count")
                : CheckPolicyReader.From(fields, MetricShape.Latencies, "histogram"),
        };
    }

    private static CheckSpec.Split Split(Fields? fields)
    {
        var defaults = new CheckSpec.Split();
        return fields is null ? defaults : new CheckSpec.Split
        {
            Alpha = Chance(fields, "alpha") ?? defaults.Alpha,
            Tolerance = fields.Optional("tolerance")?.Fraction(v => v is > 1 and <= 100, "above 1: how many times more or less than its share is no fault") ?? defaults.Tolerance,
        };
    }

    private static CheckSpec.Signal Signal(Fields? fields) => fields is null ? new() : new() { From = CheckPolicyReader.From(fields, MetricShape.Judged, "value") };

    private static CheckSpec.Threshold Threshold(Fields? fields)
    {
        if (fields is null)
        {
            return new CheckSpec.Threshold();
        }

        var flagger = fields.Optional("flagger");
        fields.Exclude("flagger", "failureLimit");
        fields.Exclude("flagger", "successLimit");
        fields.Exclude("flagger", "count");
        return new CheckSpec.Threshold
        {
            Least = Number(fields.Optional("atLeast")), Most = Number(fields.Optional("atMost")),
            Flagger = flagger?.Count(1, 1_000_000),
            FailureLimit = fields.Optional("failureLimit")?.Count(0, 1_000_000) ?? 0,
            SuccessLimit = fields.Optional("successLimit")?.Count(0, 1_000_000) ?? 0,
            Measurements = fields.Optional("count")?.Count(1, 1_000_000),
            From = CheckPolicyReader.From(fields, MetricShape.Value, "value"),
        };
    }

    private static CheckSpec.Judge Judge(Fields? fields)
    {
        var defaults = new CheckSpec.Judge();
        return fields is null ? defaults : new CheckSpec.Judge
        {
            Direction = fields.Optional("worse")?.Word(("either", KayentaDirection.Either), ("higher", KayentaDirection.Increase), ("lower", KayentaDirection.Decrease)) ?? defaults.Direction,
            Points = fields.Optional("points")?.Count(2, 10_000) ?? defaults.Points,
            From = CheckPolicyReader.From(fields, MetricShape.Value, "value"),
        };
    }

    private static TimeSpan AtLeast(Fields fields, TimeSpan block)
    {
        var least = new CheckSpec.Gauge().Block;
        if (block < least)
        {
            fields.Optional("block")!.Value.Report(ProblemCode.OutOfRange, "a block that short depends on the one before it", "write 30s or more");
        }

        return block;
    }

    private static double? Number(Value? value) => value?.Fraction(double.IsFinite, "that is finite");

    private static double? Dispersion(Fields fields) => fields.Optional("dispersion")?.Fraction(v => v >= 1, "of at least 1: how much more than by chance the service's parts differ");

    private static double? Chance(Fields fields, string key) => fields.Optional(key)?.Fraction(v => v is > 0 and < 0.5, "above 0 and below 0.5");
}
