using System.Collections.Immutable;
using Slipway.Core.Traffic;

namespace Slipway.Core.Configuration;

/// <summary>Reads which paths of a service are counted apart.</summary>
internal static class PathRouteReader
{
    private const string Example = "{ checkout: /checkout, search: /api/search }";
    private const int Longest = 200;

    public static ImmutableArray<PathRoute> Read(Value value)
    {
        if (value.Mapping(Example) is not { } fields)
        {
            return default;
        }

        var names = fields.Keys.ToArray();
        if (names.Length is 0 or > PathRoute.Most)
        {
            value.Report(names.Length == 0 ? ProblemCode.BadValue : ProblemCode.TooMuch, names.Length == 0 ? "no route is named" : $"{names.Length} routes are named",
                names.Length == 0 ? $"write {Example}, or leave the key out" : $"keep it to {PathRoute.Most}: those that could break alone");
            return default;
        }

        var routes = ImmutableArray.CreateBuilder<PathRoute>();
        foreach (var name in names)
        {
            var path = fields.Optional(name)!.Value;
            if (!Scalars.IsName(name) || name == PathRoute.Other)
            {
                path.Report(ProblemCode.BadName, $"{Value.Quote(name)} cannot be the name of a route", name == PathRoute.Other ? "choose another: it is what paths belong to that no route takes" : Scalars.NameRemedy);
            }
            else if (Prefix(path) is { } prefix)
            {
                if (routes.FirstOrDefault(r => r.Prefix == prefix) is { } same)
                {
                    path.Report(ProblemCode.Repeated, $"{path.Shown} is the route '{same.Name}' already", "keep one of them");
                }

                routes.Add(new PathRoute(name, prefix));
            }
        }

        return routes.ToImmutable();
    }

    private static string? Prefix(Value value)
    {
        if (value.Text("a path such as /checkout") is not { } text)
        {
            return null;
        }

        if (text.Length is > 1 and <= Longest && text[0] == '/' && text[^1] != '/' && !text.Contains("//", StringComparison.Ordinal) && !text.Any(c => c <= ' ' || c == '\x7f' || "?#%*{}\\".Contains(c, StringComparison.Ordinal)))
        {
            return text;
        }

        value.Report(ProblemCode.BadValue, $"{value.Shown} is no beginning of a path", "write whole segments such as /checkout or /api/search, without a slash at the end, patterns or escapes");
        return null;
    }
}
