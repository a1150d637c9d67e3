using System.Collections.Immutable;
using Slipway.Core.Traffic;

namespace Slipway.Core.Configuration;

internal static class AudienceReader
{
    private const string Example = "{ header: { x-employee: \"true\" } }";

    public static AudienceRule? Read(Value value)
    {
        if (value.Mapping(Example) is not { } fields)
        {
            return null;
        }

        var rule = new AudienceRule
        {
            Headers = fields.Optional("header") is { } header ? Pairs(header, "{ x-employee: \"true\" }") : [],
            Cookies = fields.Optional("cookie") is { } cookie ? Pairs(cookie, "{ beta: \"yes\" }") : [],
            Cidrs = fields.Optional("cidr")?.AtLeastOne("[10.0.0.0/8]", Scalars.Network) ?? [],
            Users = fields.Optional("users")?.AtLeastOne("[alice, bob]", v => v.Line("a user key")) ?? [],
        };
        fields.End();
        if (!fields.Keys.Any())
        {
            value.Report(ProblemCode.BadValue, "the audience is empty, so nobody belongs to it", $"write {Example}, cookie, cidr or users");
        }

        return rule;
    }

    private static ImmutableArray<NameValue> Pairs(Value value, string example)
    {
        if (value.Mapping(example) is not { } fields)
        {
            return [];
        }

        if (!fields.Keys.Any())
        {
            value.Report(ProblemCode.BadValue, "the mapping is empty, so nobody matches it", $"write {example}, or leave the key out");
        }

        return [.. fields.Keys.Select(name => Pair(fields, name)).OfType<NameValue>()];
    }

    private static NameValue? Pair(Fields fields, string name)
    {
        var value = fields.Optional(name)!.Value;
        if (!Scalars.IsToken(name))
        {
            value.Report(ProblemCode.BadName, $"{Value.Quote(name)} is no name of a header or cookie", "use letters, digits and dashes, such as x-employee");
            return null;
        }

        return value.Line("the exact value asked for, such as \"true\"") is { } text ? new NameValue(name, text) : null;
    }
}
