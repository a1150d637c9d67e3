using Slipway.Core.Projects;
using Slipway.Core.Traffic;

namespace Slipway.Core.Configuration;

internal static class ServiceReader
{
    public static ServiceSpec? Read(Value value)
    {
        if (value.Mapping("{ host: shop.example, userKey: { cookie: uid } }") is not { } fields)
        {
            return null;
        }

        var (host, hosts, userKey, routes) = (fields.Optional("host"), fields.Optional("hosts"), fields.Optional("userKey"), fields.Optional("routes"));
        fields.Exclude("host", "hosts");
        fields.End();
        return new ServiceSpec(
            host is { } one ? one.Host() is { } name ? [name] : [] : hosts?.AtLeastOne("[shop.example]", Scalars.Host) ?? [],
            userKey is { } key ? UserKey(key) ?? UserKeySource.ClientAddress : UserKeySource.ClientAddress)
        {
            Routes = routes is { } paths ? PathRouteReader.Read(paths) : default,
        };
    }

    private static UserKeySource? UserKey(Value value)
    {
        const string example = "{ cookie: uid }, { header: x-user } or clientAddress";
        if (value.Scalar is { } word)
        {
            if (word != "clientAddress")
            {
                value.Report(ProblemCode.UnknownWord, $"{value.Shown} is no place to find a user's key", $"write {example}");
            }

            return UserKeySource.ClientAddress;
        }

        if (value.Mapping(example) is not { } fields)
        {
            return null;
        }

        var (cookie, header) = (fields.Optional("cookie"), fields.Optional("header"));
        fields.Exclude("cookie", "header");
        fields.End();
        if (!fields.Keys.Any())
        {
            value.Report(ProblemCode.MissingKey, "the user key says nothing", $"write {example}");
        }

        return cookie?.Token("uid") is { } c ? new UserKeySource(UserKeyKind.Cookie, c)
            : header?.Token("x-user") is { } h ? new UserKeySource(UserKeyKind.Header, h)
            : null;
    }
}
