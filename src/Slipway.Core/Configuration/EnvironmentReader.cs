using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Projects;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;

namespace Slipway.Core.Configuration;

/// <summary>An environment as it was written; with targets it stands for many.</summary>
internal sealed record ReadEnvironment(EnvironmentSpec Spec, Targets? Targets);

/// <summary>Reads one environment, taking from the document's <c>defaults</c> what it does not say itself.</summary>
internal sealed class EnvironmentReader(Fields? defaults, Func<Value, Slice> sliceWhenAbsent)
{
    private const string Example = "{ name: production, deploy: {...} }";

    public ReadEnvironment? Read(Value value)
    {
        if (value.Mapping(Example) is not { } fields)
        {
            return null;
        }

        var after = fields.Optional("after") is { } before ? PolicyReaders.After(before) : ([], false);
        var slice = fields.Optional("slice") is { } s ? SliceReader.Read(s) ?? new Slice.None() : sliceWhenAbsent(value);
        var alpha = Own(value, fields, "alpha")?.Fraction(v => v is > 0 and < 0.5, "above 0 and below 0.5: the chance of ever stopping a healthy candidate") ?? CheckShares.Default;
        var checks = Own(value, fields, "checks") is { } c ? CheckReaders.Read(c, alpha) : CheckReaders.Default(alpha);
        var environment = new EnvironmentSpec
        {
            Name = EnvironmentName.From(fields.Required("name", "name: production")?.Name() ?? ""),
            Tier = fields.Optional("tier")?.Word(("development", Tier.Development), ("staging", Tier.Staging), ("production", Tier.Production)) ?? Tier.Production,
            After = after.Names,
            AfterAny = after.Any,
            Slice = slice,
            Deploy = ReadDeploy(value, fields),
            Strategy = ReadStrategy(value, fields, checks, slice),
            Checks = checks,
            Promote = fields.Optional("promote") is { } p ? PromotionReader.Read(p) ?? new PromotionPolicy.Manual() : new PromotionPolicy.Manual(),
            OnFail = fields.Optional("onFail")?.Word(("rollback", OnFail.Rollback), ("pause", OnFail.Pause)) ?? OnFail.Rollback,
            NotApplicable = fields.Optional("notApplicable")?.Line("why it means nothing for this project"),
            WhenBusy = Own(value, fields, "whenBusy")?.Word(("queue", WhenBusy.Queue), ("supersede", WhenBusy.Supersede), ("refuse", WhenBusy.Refuse)) ?? WhenBusy.Queue,
            Hooks = Own(value, fields, "hooks") is { } hooks ? PolicyReaders.Hooks(hooks) : Hooks.None,
            Scaling = Own(value, fields, "scaling")?.Word(("keep", Scaling.Keep), ("follow", Scaling.Follow)) ?? Scaling.Keep,
            Rollback = Own(value, fields, "rollback") is { } back ? PolicyReaders.Rollback(back) : RollbackPolicy.Default,
        };
        Targets? targets = fields.Optional("targets") is { } t ? TargetsReader.Read(t, environment) : null;
        fields.End();
        return new ReadEnvironment(environment, targets);
    }

    /// <summary>The environment's own value of a key, or the one it inherits.</summary>
    private Value? Own(Value environment, Fields fields, string key)
    {
        if (fields.Optional(key) is { } own)
        {
            return own;
        }

        if (defaults?.Optional(key) is not { } inherited)
        {
            return null;
        }

        environment.Findings.Remember($"{environment.Path}.{key}", new Source(inherited.Node.Place, inherited.Path));
        return inherited;
    }

    private DeploySpec ReadDeploy(Value environment, Fields fields)
    {
        var nowhere = new DeploySpec.Process { Command = [] };
        var value = Own(environment, fields, "deploy") ?? fields.Required("deploy", "deploy: { process: { command: ./shop } }, here or under defaults");
        return value is { } v ? DeployReader.Read(v) ?? nowhere : nowhere;
    }

    private ImmutableArray<Step> ReadStrategy(Value environment, Fields fields, ImmutableArray<CheckSpec> checks, Slice slice)
    {
        var steps = Own(environment, fields, "strategy") is { } value
            ? StrategyReader.Read(value)
            : StrategyReader.Default(checkable: !checks.IsEmpty && slice is not Slice.None);
        if (fields.Optional("bake")?.PositiveDuration() is { } bake)
        {
            steps = steps.Add(new SourcedStep(new BakeStep(bake), $"{environment.Path}.bake"));
        }

        if (fields.Optional("watch")?.PositiveDuration() is { } watch)
        {
            steps = steps.Add(new SourcedStep(new BakeStep(watch), $"{environment.Path}.watch"));
        }

        foreach (var (path, i) in steps.Select((s, i) => (s.Path, i)))
        {
            if (path is not null)
            {
                environment.Findings.Remember($"{environment.Path}.strategy#{i + 1}", environment.Findings.Find(path));
            }
        }

        return [.. steps.Select(s => s.Step)];
    }
}
