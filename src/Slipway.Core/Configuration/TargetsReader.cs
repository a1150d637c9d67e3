using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Core.Traffic;

namespace Slipway.Core.Configuration;

/// <summary>The places an environment stands in.</summary>
/// <param name="Fleet">How candidates go through them; its rings name the members.</param>
/// <param name="Names">Target of each member.</param>
/// <param name="Hosts">Hosts of each target, with <c>{target}</c> filled in; empty: it takes no live traffic.</param>
internal sealed record Targets(FleetSpec Fleet, ImmutableDictionary<EnvironmentName, string> Names, ImmutableDictionary<string, ImmutableArray<string>> Hosts);

/// <summary>
/// Reads <c>targets: { rings: [ { name: pilot, targets: [eu-1] }, { targets: [eu-2, us-1] } ], atOnce: 10, minimum: 90%, soak: 30m, onFail: rollback }</c>,
/// or a list of targets, which is one ring.
/// </summary>
internal static class TargetsReader
{
    private const string Example = "{ rings: [ { name: pilot, targets: [eu-1] }, { targets: [eu-2, us-1] } ], atOnce: 2, soak: 30m } or [eu-1, us-1]";

    public static Targets? Read(Value value, EnvironmentSpec environment)
    {
        var names = new Dictionary<EnvironmentName, string>();
        if (value.Node is Node.Sequence)
        {
            return Whole(value, environment, names, new FleetSpec { Name = environment.Name, Rings = [One(value, "all", environment, names)] }, null);
        }

        if (value.Mapping(Example) is not { } fields)
        {
            return null;
        }

        var rings = (fields.Required("rings", "rings: [ { name: pilot, targets: [eu-1] } ]")?.Items("[ { name: pilot, targets: [eu-1] } ]", Limits.Targets) ?? []).Select((r, i) => ReadRing(r, i, environment, names)).OfType<Ring>().ToImmutableArray();
        var fleet = new FleetSpec
        {
            Name = environment.Name,
            Rings = rings,
            AtOnce = fields.Optional("atOnce")?.Count(1, Limits.Targets) ?? 1,
            Minimum = fields.Optional("minimum")?.Percent() ?? Weight.Full,
            Soak = fields.Optional("soak")?.Duration() ?? TimeSpan.Zero,
            OnFail = fields.Optional("onFail")?.Word(("rollback", OnFail.Rollback), ("pause", OnFail.Pause)) ?? OnFail.Rollback,
        };
        var hosts = fields.Optional("hosts");
        fields.End();
        return rings.IsEmpty ? null : Whole(value, environment, names, fleet, hosts);
    }

    private static Ring? ReadRing(Value value, int index, EnvironmentSpec environment, Dictionary<EnvironmentName, string> names)
    {
        if (value.Mapping("{ name: pilot, targets: [eu-1] }") is not { } fields)
        {
            return null;
        }

        var name = fields.Optional("name")?.Name() ?? $"ring-{index + 1}";
        var targets = fields.Required("targets", "targets: [eu-1]");
        fields.End();
        return targets is { } list && One(list, name, environment, names) is { Members.IsEmpty: false } ring ? ring : null;
    }

    private static Ring One(Value list, string name, EnvironmentSpec environment, Dictionary<EnvironmentName, string> names)
    {
        var members = ImmutableArray.CreateBuilder<EnvironmentName>();
        foreach (var target in list.AtLeastOne("[eu-1]", Scalars.Name))
        {
            var member = EnvironmentName.From($"{environment.Name}-{target}");
            if (names.TryAdd(member, target))
            {
                members.Add(member);
            }
            else
            {
                list.Report(ProblemCode.Repeated, $"the target '{target}' stands in two rings", "keep it in one of them");
            }
        }

        return new Ring(name, members.ToImmutable());
    }

    private static Targets Whole(Value value, EnvironmentSpec environment, Dictionary<EnvironmentName, string> names, FleetSpec fleet, Value? hosts)
    {
        if (environment.Promote is PromotionPolicy.Approved)
        {
            value.Report(ProblemCode.FleetWithApproval, "a fleet would ask for an approval in each of its targets", "let an environment before it be approved, and promote the fleet manually or automatically");
        }

        if (environment.Slice is not Slice.None)
        {
            value.Report(ProblemCode.FleetWithSlice, "an environment with targets cannot take one slice for all of them", "write slice: none, and targets: { hosts: [\"{target}.shop.example\"] } when each has its own host");
        }

        return new Targets(fleet, names.ToImmutableDictionary(), Hosts(hosts, names.Values));
    }

    private static ImmutableDictionary<string, ImmutableArray<string>> Hosts(Value? patterns, IEnumerable<string> targets)
    {
        if (patterns is not { } list || list.Items("[\"{target}.shop.example\"]") is not { } items)
        {
            return ImmutableDictionary<string, ImmutableArray<string>>.Empty;
        }

        return targets.ToImmutableDictionary(target => target, target => items
            .Select(item => item.Node is Node.Scalar scalar ? new Value(scalar with { Text = scalar.Text.Replace("{target}", target, StringComparison.Ordinal) }, item.Path, item.Findings).Host() : item.Host())
            .OfType<string>().ToImmutableArray());
    }
}
