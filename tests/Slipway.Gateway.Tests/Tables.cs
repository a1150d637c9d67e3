using System.Net;
using Microsoft.AspNetCore.Http;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;
using Slipway.Gateway.Counting;
using Slipway.Gateway.Forwarding;
using Slipway.Gateway.Routing;

namespace Slipway.Gateway.Tests;

/// <summary>Builds route tables in few words: a service <c>shop</c> whose users are known by the cookie <c>uid</c>.</summary>
internal static class Tables
{
    public static readonly ProjectId Shop = new("shop");

    public static RouteTable Table(long version, params ServiceRoute[] services) => new() { Version = version, Services = [.. services] };

    public static ServiceRoute Service(params EnvironmentRoute[] environments) => new()
    {
        Project = Shop,
        UserKey = new(UserKeyKind.Cookie, "uid"),
        Environments = [.. environments],
    };

    public static EnvironmentRoute Environment(string name, Slice slice, string? stable = null, string? candidate = null, int weight = 0, AudienceRule? audience = null) => new()
    {
        Environment = new(name),
        Slice = slice,
        Stable = stable is null ? null : Side(stable),
        Candidate = candidate is null ? null : Side(candidate),
        Weight = new(weight),
        Audience = audience,
        Salt = $"shop/{name}/{candidate}",
    };

    /// <summary>With fresh instances of the stable version.</summary>
    public static EnvironmentRoute WithBaseline(this EnvironmentRoute route, int weight, string endpoint = "http://127.0.0.1:1") =>
        route with { Baseline = new(route.Stable!.Candidate, [endpoint]), BaselineWeight = new(weight) };

    public static EnvironmentRoute At(this EnvironmentRoute route, string[] stable, string[]? candidate = null) => route with
    {
        Stable = route.Stable is { } s ? s with { Endpoints = [.. stable] } : null,
        Candidate = route.Candidate is { } c ? c with { Endpoints = [.. candidate ?? stable] } : null,
    };

    public static Side Side(string version) => new(new(version), ["http://127.0.0.1:1"]);

    public static EnvironmentKey Key(string environment) => new(Shop, new(environment));

    public static AudienceRule Header(string name, string value) => new() { Headers = [new(name, value)] };

    public static Router Router(params ServiceRoute[] services) =>
        Gateway.Routing.Router.Compile(Table(1, services), new(new([]), TimeProvider.System), (e, c, r) => new SideMeter(e, c, r));

    /// <summary>What a request with these headers gets: <c>environment version</c>, followed by <c> baseline</c> where it is that; or null.</summary>
    public static string? Choose(this Router router, string host = "shop.local", string? uid = null, string? client = null, params (string Name, string Value)[] headers)
    {
        IHeaderDictionary all = new HeaderDictionary();
        foreach (var (name, value) in headers)
            all.Append(name, value);
        if (uid is not null)
            all.Cookie = $"theme=dark; uid={uid}; x=1";
        var facts = new RequestFacts(host, all, client is null ? null : IPAddress.Parse(client));
        return router.Choose(facts).Side is { } side ? $"{side.Environment.Name} {side.Candidate}{(side.Meter.Role is InstanceRole.Baseline ? " baseline" : "")}" : null;
    }
}
