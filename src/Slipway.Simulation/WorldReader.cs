using System.Collections.Immutable;
using System.Globalization;
using Slipway.Core.Configuration;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;

namespace Slipway.Simulation;

/// <summary>A world, or everything that is wrong with its file. Exactly one of them.</summary>
public sealed record WorldResult(WorldSpec? World, ImmutableArray<Problem> Problems);

/// <summary>Reads a world file. <c>docs/simulate.md</c> describes it.</summary>
public static class WorldReader
{
    private static readonly ImmutableArray<SimulatedVersion> TwoVersions =
    [
        new(new CandidateId("1.0.0"), null, "ci", null, TimeSpan.FromSeconds(5), null, null),
        new(new CandidateId("2.0.0"), TimeSpan.Zero, "ci", null, TimeSpan.FromSeconds(5), null, null),
    ];

    /// <summary>What an empty file says: a healthy service of 100 requests a second, and a second version that is as good as the first.</summary>
    public static WorldSpec Empty(Project project) => Promoted(new WorldSpec { Versions = TwoVersions }, project);

    public static WorldResult Read(Node root, Project project)
    {
        ArgumentNullException.ThrowIfNull(root);
        var findings = new Findings();
        var world = Read(new Value(root, "", findings), project);
        return findings.Any || world is null ? new WorldResult(null, findings.ToProblems()) : new WorldResult(Promoted(world, project), []);
    }

    private static WorldSpec? Read(Value root, Project project)
    {
        if (root.Mapping("traffic: { rps: 100 }, versions: [...], people: [...]") is not { } fields)
            return null;
        var world = new WorldSpec();
        world = world with
        {
            Start = fields.Optional("start") is { } start ? Moment(start) ?? world.Start : world.Start,
            Until = fields.Optional("until")?.PositiveDuration() ?? world.Until,
        };
        if (fields.Optional("traffic") is { } traffic)
            world = Traffic(traffic, world);
        var versions = fields.Optional("versions") is { } list ? Each(list, "[{ name: 2.0.0, errors: 3% }]", Version) : TwoVersions;
        world = world with
        {
            Versions = versions,
            Faults = fields.Optional("faults") is { } faults ? Each(faults, "[{ version: 2.0.0, at: 5m, errors: 20% }]", f => Fault(f, project, versions)) : [],
            Blind = fields.Optional("blind") is { } blind ? Each(blind, "[{ at: 5m, for: 10m }]", Blindness) : [],
            Router = fields.Optional("router") is { } router ? Router(router) : world.Router,
            Hooks = fields.Optional("hooks") is { } hooks ? Hooks(hooks) : world.Hooks,
            People = fields.Optional("people") is { } people ? [.. Each(people, "[{ at: 10m, does: promote }]", p => Person(p, project)).OrderBy(a => a.At)] : [],
        };
        fields.End();
        return world;
    }

    /// <summary>With nobody who does anything, what nobody would bring in is brought in by hand: a strategy is tried, not its promotion.</summary>
    private static WorldSpec Promoted(WorldSpec world, Project project) => !world.People.IsEmpty ? world : world with
    {
        People = [.. from version in world.Versions
                     where version.At is not null
                     from environment in project.Environments
                     where environment is { After.IsEmpty: true, Promote: PromotionPolicy.Manual, NotApplicable: null }
                     select new Act(version.At!.Value, environment.Name, new EnvironmentCommand.Deploy(new DeployRequest(version.Name, "you")), null, "you", null)],
    };

    private static WorldSpec Traffic(Value value, WorldSpec world)
    {
        if (value.Mapping("{ rps: 100, errors: 0.2%, latency: 80ms }") is not { } fields)
            return world;
        var rps = fields.Optional("rps")?.Fraction(v => v is >= 0 and <= 100_000, "of at most 100000") ?? world.RequestsPerSecond;
        var healthy = new Behaviour(fields.Optional("errors") is { } e ? Rate(e) ?? 0 : world.Healthy.Errors, fields.Optional("latency")?.PositiveDuration() ?? world.Healthy.Latency);
        fields.End();
        return world with { RequestsPerSecond = rps, Healthy = healthy };
    }

    private static SimulatedVersion? Version(Value value)
    {
        if (value.Mapping("{ name: 2.0.0, at: 0s, errors: 3% }") is not { } fields)
            return null;
        var name = fields.Required("name", "name: 2.0.0")?.Line("a version");
        var at = fields.Optional("at")?.Duration();
        var (errors, latency) = (fields.Optional("errors") is { } e ? Rate(e) : null, fields.Optional("latency")?.PositiveDuration());
        var version = new SimulatedVersion(new CandidateId(name ?? ""), at, fields.Optional("by")?.Line("a person") ?? "ci",
            errors is null && latency is null ? null : new Behaviour(errors ?? 0.002, latency ?? TimeSpan.FromMilliseconds(80)),
            fields.Optional("starts")?.Duration() ?? TimeSpan.FromSeconds(5), fields.Optional("startFails")?.Line("why it does not start"), fields.Optional("exits")?.PositiveDuration());
        fields.End();
        return name is null ? null : version;
    }

    private static Fault? Fault(Value value, Project project, ImmutableArray<SimulatedVersion> versions)
    {
        if (value.Mapping("{ version: 2.0.0, at: 5m, for: 10m, errors: 20% }") is not { } fields)
            return null;
        var version = fields.Required("version", "version: 2.0.0");
        var fault = new Fault(new CandidateId(version?.Line("a version") ?? ""), fields.Optional("environment") is { } e ? Environment(e, project) : null,
            fields.Optional("at")?.Duration() ?? TimeSpan.Zero, fields.Optional("for")?.PositiveDuration(), fields.Optional("weight")?.Percent() ?? Weight.None,
            fields.Optional("step")?.Count(1, Limits.Steps), fields.Optional("errors") is { } errors ? Rate(errors) : null, fields.Optional("latency")?.PositiveDuration(),
            fields.Optional("silent")?.Word(("true", true), ("false", false)) ?? false);
        fields.End();
        if (version is { } named && versions.All(v => v.Name != fault.Version))
        {
            named.Report(ProblemCode.UnknownWord, $"there is no version {named.Shown} in this world", $"use one of {string.Join(", ", versions.Select(v => v.Name))}");
            return null;
        }

        return fault;
    }

    private static Blindness? Blindness(Value value)
    {
        if (value.Mapping("{ at: 5m, for: 10m }") is not { } fields)
            return null;
        Blindness blind = new(fields.Optional("at")?.Duration() ?? TimeSpan.Zero, fields.Optional("for")?.PositiveDuration());
        fields.End();
        return blind;
    }

    private static RouterBehaviour Router(Value value)
    {
        if (value.Mapping("{ confirms: 2s, lies: 5%, loses: 10%, fails: 0% }") is not { } fields)
            return new RouterBehaviour();
        var router = new RouterBehaviour(Part("lies"), Part("loses"), Part("fails")) { Confirms = fields.Optional("confirms")?.Duration() ?? TimeSpan.FromSeconds(2) };
        fields.End();
        return router;

        double Part(string key) => fields.Optional(key) is { } part ? Rate(part) ?? 0 : 0;
    }

    private static ImmutableDictionary<string, HookBehaviour> Hooks(Value value)
    {
        if (value.Mapping("{ smoke: { takes: 30s, fails: exit code 1 } }") is not { } fields)
            return ImmutableDictionary<string, HookBehaviour>.Empty;
        var hooks = ImmutableDictionary.CreateBuilder<string, HookBehaviour>();
        foreach (var name in fields.Keys)
        {
            if (fields.Optional(name)!.Value.Mapping("{ takes: 30s, fails: exit code 1 }") is not { } hook)
                continue;
            hooks[name] = new HookBehaviour(hook.Optional("takes")?.Duration() ?? TimeSpan.FromSeconds(1), hook.Optional("fails")?.Line("why it fails"));
            hook.End();
        }

        return hooks.ToImmutable();
    }

    private static Act? Person(Value value, Project project)
    {
        if (value.Mapping("{ at: 10m, does: promote, environment: production, by: ana }") is not { } fields)
            return null;
        var at = fields.Optional("at")?.Duration() ?? TimeSpan.Zero;
        var does = fields.Required("does", "does: promote");
        var (by, reason) = (fields.Optional("by")?.Line("a person") ?? "you", fields.Optional("reason")?.Line("why"));
        var (version, signal) = (fields.Optional("version")?.Line("a version"), fields.Optional("signal")?.Name());
        var passed = fields.Optional("passed")?.Word(("true", true), ("false", false)) ?? true;
        var inSpite = fields.Optional("overrideFreeze")?.Word(("true", true), ("false", false)) ?? false;
        var force = fields.Optional("force")?.Word(("true", true), ("false", false)) ?? false;
        var environment = fields.Optional("environment") is { } e ? Environment(e, project) : project.Places.LastOrDefault();
        fields.End();
        if (does is not { } verb || environment is not { } place)
            return null;
        CandidateId? candidate = version is null ? null : new CandidateId(version);
        EnvironmentCommand? command = verb.Scalar switch
        {
            "deploy" when candidate is { } c => new EnvironmentCommand.Deploy(new DeployRequest(c, by, reason, force) { OverrideFreeze = inSpite }),
            "promote" => new EnvironmentCommand.Promote(by, reason, OverrideFreeze: inSpite),
            "promote-full" => new EnvironmentCommand.Promote(by, reason, Fully: true),
            "approve" => new EnvironmentCommand.Approve(by, reason),
            "reject" => new EnvironmentCommand.Reject(by, reason),
            "pause" => new EnvironmentCommand.Pause(by, reason),
            "resume" => new EnvironmentCommand.Resume(by, reason),
            "abort" => new EnvironmentCommand.Abort(by, reason),
            "retry" => new EnvironmentCommand.Retry(by, reason),
            "rollback" => new EnvironmentCommand.Rollback(candidate, by, reason),
            "cancel" => new EnvironmentCommand.Cancel(candidate, by, reason),
            "signal" when signal is not null => new EnvironmentCommand.Signal(signal, passed, by, reason),
            "hold" => new EnvironmentCommand.HoldPromotions(by, reason),
            "unhold" => new EnvironmentCommand.ReleasePromotions(by, reason),
            _ => null,
        };
        if (verb.Scalar is "flag" or "unflag" && candidate is { } named)
            return new Act(at, place, null, named, by, reason) { Unflags = verb.Scalar is "unflag" };
        if (verb.Scalar is "stop-line" or "release-line")
            return new Act(at, place, null, null, by, reason) { StopsLine = verb.Scalar is "stop-line" };
        if (command is null)
        {
            verb.Report(ProblemCode.UnknownWord, $"{verb.Shown} is nothing a person can do here", "write deploy, flag or unflag (with version:), signal (with signal:), promote, promote-full, approve, reject, pause, resume, abort, retry, rollback, cancel, hold, unhold, stop-line or release-line");
            return null;
        }

        return new Act(at, place, command, null, by, reason);
    }

    private static ImmutableArray<T> Each<T>(Value list, string example, Func<Value, T?> read) where T : class => [.. (list.Items(example, 1000) ?? []).Select(read).OfType<T>()];

    private static double? Rate(Value value) => value.Fraction(v => v is >= 0 and <= 1, "from 0 to 1, or from 0% to 100%");

    private static EnvironmentName? Environment(Value value, Project project)
    {
        if (value.Name() is not { } text)
            return null;
        EnvironmentName name = new(text);
        if (project.Places.Contains(name))
            return name;
        value.Report(ProblemCode.UnknownEnvironment, $"there is no environment named {value.Shown}", $"use one of {string.Join(", ", project.Places)}");
        return null;
    }

    private static DateTimeOffset? Moment(Value value)
    {
        if (value.Line("a time such as 2026-03-02T09:00:00Z") is not { } text)
            return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
            return moment;
        value.Report(ProblemCode.BadValue, $"{value.Shown} is no time", "write it like 2026-03-02T09:00:00Z");
        return null;
    }
}
