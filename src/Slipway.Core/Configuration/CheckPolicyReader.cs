using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Projects;

namespace Slipway.Core.Configuration;

/// <summary>Reads what every check may say: where its numbers come from, and what follows from what it says.</summary>
internal static class CheckPolicyReader
{
    /// <summary>The check with its name, its times and its policies.</summary>
    public static CheckSpec Read(Fields fields, CheckSpec check)
    {
        var named = check with
        {
            OnFail = fields.Optional("onFail")?.Word(("rollback", OnFail.Rollback), ("pause", OnFail.Pause)),
            DryRun = fields.Optional("dryRun")?.Word(("true", true), ("false", false)) ?? false,
        };

        // An outage is seen at once or it is none.
        if (check is CheckSpec.Outage)
        {
            return named;
        }

        var timed = named with
        {
            As = fields.Optional("name")?.Name(),
            InitialDelay = fields.Optional("initialDelay")?.Duration() ?? TimeSpan.Zero,
            WarmUp = fields.Optional("warmUp")?.Duration() ?? check.WarmUp,
        };
        var passing = timed.CanPass
            ? timed with { OnInconclusive = fields.Optional("onInconclusive")?.Word(("hold", OnInconclusive.Hold), ("pause", OnInconclusive.Pause), ("continue", OnInconclusive.Continue)) ?? OnInconclusive.Hold }
            : timed;
        return check.From is null ? passing : passing with
        {
            Interval = fields.Optional("interval")?.PositiveDuration(),
            OnError = fields.Optional("onError") is { } error ? ReadError(error) : null,
        };
    }

    /// <summary>What is asked of a source; null when the gateways' counts are meant.</summary>
    public static MetricQuery? From(Fields fields, MetricShape shape, params string[] roles)
    {
        var example = $"{{ source: metrics, {string.Join(", ", roles.Select(r => $"{r}: \"...\""))} }}";
        if (fields.Optional("from")?.Mapping(example) is not { } from)
        {
            return null;
        }

        var source = from.Required("source", "source: metrics")?.Name();
        var ask = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var role in from.Keys.Where(k => k != "source").ToArray())
        {
            if (from.Optional(role)?.Line($"a query, such as {role}: \"...\"") is { } query)
            {
                ask[role] = query;
            }
        }

        foreach (var role in roles.Where(r => !from.Has(r)))
        {
            from.Required(role, example);
        }

        return source is null ? null : new MetricQuery(source, shape, ask.ToImmutable());
    }

    private static OnError? ReadError(Value value)
    {
        if (value.Mapping("{ retry: 4, then: pause }") is not { } fields)
        {
            return null;
        }

        var retry = fields.Optional("retry")?.Count(0, 1000) ?? OnError.Default.Retry;
        var then = fields.Optional("then")?.Word(("pause", WhenBlind.Pause), ("rollback", WhenBlind.Rollback)) ?? OnError.Default.Then;
        fields.End();
        return new OnError(retry, then);
    }
}
