using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Core.Traffic;

namespace Slipway.Core.Configuration;

/// <summary>Turns a configuration document into a project, or into everything that is wrong with it.</summary>
public static class ProjectReader
{
    /// <summary>Reads the tree of a document. Never throws for anything a document can say.</summary>
    public static ReadResult Read(Node root)
    {
        ArgumentNullException.ThrowIfNull(root);
        var findings = new Findings();
        var (project, targets) = ReadProject(new Value(root, "", findings));
        if (project is not null)
        {
            ProjectRules.Check(project, findings);
            project = FleetExpansion.Expand(project, targets, findings);
        }

        return project is null || findings.Any ? new ReadResult.Refused(findings.ToProblems()) : new ReadResult.Accepted(project);
    }

    private static (Project? Project, ImmutableArray<Targets?> Targets) ReadProject(Value root)
    {
        if (root.Mapping("project: shop, and environments: below it") is not { } fields)
        {
            return (null, []);
        }

        var id = fields.Required("project", "project: shop")?.Name() ?? "";
        var project = new Project
        {
            Id = ProjectId.From(id),
            Source = fields.Optional("source") is { } source ? ReadSource(source) : null,
            Versions = fields.Optional("versions")?.Word(("calver", VersionScheme.Calver), ("semver", VersionScheme.Semver)) ?? VersionScheme.Calver,
            Freezes = fields.Optional("freezes") is { } freezes ? FreezeReader.Read(freezes, ProjectId.From(id)) : [],
            Sources = fields.Optional("sources") is { } sources ? SourceReaders.Read(sources) : [],
            Service = fields.Optional("service") is { } service ? ServiceReader.Read(service) : null,
        };
        var defaults = fields.Optional("defaults") is { } d ? ReadDefaults(d) : null;
        var environments = fields.Required("environments", "environments: and below it - name: production");
        fields.End();
        var read = environments is { } list ? ReadEnvironments(list, defaults, fields.Has("service")) : [];
        return (project with { Environments = [.. read.Select(e => e.Spec)] }, [.. read.Select(e => e.Targets)]);
    }

    private static SourceSpec? ReadSource(Value value)
    {
        if (value.Mapping("{ git: https://example.test/shop.git }") is not { } fields)
        {
            return null;
        }

        var git = fields.Required("git", "git: https://example.test/shop.git");
        var paths = fields.Optional("paths")?.AtLeastOne("[\"services/shop/**\"]", v => v.Line("a path pattern")) ?? [];
        fields.End();
        return git is { } g && GitAddress(g) is { } address ? new SourceSpec(address, paths) : null;
    }

    private static string? GitAddress(Value value)
    {
        if (value.Line("an address such as https://example.test/shop.git") is not { } text)
        {
            return null;
        }

        if (text[0] != '-')
        {
            return text;
        }

        // Handed to git one day, it would be taken for an option.
        value.Report(ProblemCode.BadValue, $"{value.Shown} is no address of a repository", "write a URL or a path that does not begin with a dash");
        return null;
    }

    /// <summary>Reads what can be inherited once by itself, so that it is checked even when no environment inherits it.</summary>
    private static Fields? ReadDefaults(Value value)
    {
        if (value.Mapping("{ deploy: {...}, checks: [...], strategy: {...} }") is not { } fields)
        {
            return null;
        }

        if (fields.Optional("deploy") is { } deploy)
        {
            DeployReader.Read(deploy);
        }

        if (fields.Optional("checks") is { } checks)
        {
            CheckReaders.Read(checks, CheckShares.Default);
        }

        if (fields.Optional("strategy") is { } strategy)
        {
            StrategyReader.Read(strategy);
        }

        if (fields.Optional("hooks") is { } hooks)
        {
            PolicyReaders.Hooks(hooks);
        }

        if (fields.Optional("rollback") is { } rollback)
        {
            PolicyReaders.Rollback(rollback);
        }

        fields.Optional("whenBusy")?.Word(("queue", WhenBusy.Queue), ("supersede", WhenBusy.Supersede), ("refuse", WhenBusy.Refuse));
        fields.Optional("alpha")?.Fraction(v => v is > 0 and < 0.5, "above 0 and below 0.5: the chance of ever stopping a healthy candidate");
        fields.Optional("scaling")?.Word(("keep", Scaling.Keep), ("follow", Scaling.Follow));

        fields.End();
        return fields;
    }

    private static ImmutableArray<ReadEnvironment> ReadEnvironments(Value list, Fields? defaults, bool hasService)
    {
        if (list.Items("a list of environments, each beginning with - name:", Limits.Environments) is not { } items)
        {
            return [];
        }

        if (items.IsEmpty)
        {
            list.Report(ProblemCode.BadValue, "the project has no environments", "add at least one, such as - name: production");
        }

        var reader = new EnvironmentReader(defaults, SliceWhenAbsent(items, hasService));
        return [.. items.Select(reader.Read).Select(e => e ?? Unreadable)];
    }

    /// <summary>Without a service there is no traffic to share; with one, the only environment that says nothing takes the rest.</summary>
    private static Func<Value, Slice> SliceWhenAbsent(ImmutableArray<Value> environments, bool hasService)
    {
        if (!hasService)
        {
            return _ => new Slice.None();
        }

        var slices = environments.Select(e => e.Node as Node.Mapping).OfType<Node.Mapping>().Select(m => m.Entries.FirstOrDefault(n => n.Key == "slice")?.Value).ToArray();
        var silent = slices.Count(s => s is null);
        var taken = slices.Any(s => s is Node.Scalar { Text: "rest" });
        return silent == 1 && !taken ? _ => new Slice.Rest() : environment => Told(environment, taken);
    }

    private static Slice.None Told(Value environment, bool taken)
    {
        environment.Findings.Add(
            ProblemCode.SliceMissing,
            new Source(environment.Node.Place, $"{environment.Path}.slice"),
            taken ? "the environment says no slice, and another one takes the rest" : "several environments say no slice, and only one can take the rest",
            "add slice: none when it takes no live traffic, or its share such as slice: { percent: 2 }");
        return new Slice.None();
    }

    /// <summary>Keeps the numbering of the environments that come after one that could not be read; breaks no rule itself.</summary>
    private static ReadEnvironment Unreadable { get; } = new(new EnvironmentSpec
    {
        Name = EnvironmentName.From(""),
        Slice = new Slice.None(),
        Deploy = new DeploySpec.Process { Command = [] },
        Strategy = [.. StrategyReader.Default(checkable: false).Select(s => s.Step)],
    }, null);
}
