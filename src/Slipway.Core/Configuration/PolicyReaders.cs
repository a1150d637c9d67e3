using System.Collections.Immutable;
using Slipway.Core.Projects;

namespace Slipway.Core.Configuration;

/// <summary>Policies of an environment: who comes before it, what is run around it, how it goes back.</summary>
internal static class PolicyReaders
{
    /// <summary><c>[a, b]</c>: all of them; <c>{ any: [a, b] }</c>: one is enough.</summary>
    public static (ImmutableArray<EnvironmentName> Names, bool Any) After(Value value)
    {
        if (value.Node is not Node.Mapping)
        {
            return (Names(value), false);
        }

        var fields = value.Mapping("[canary] or { any: [eu, us] }")!;
        var any = fields.Required("any", "any: [eu, us]");
        fields.End();
        return (any is { } list ? Names(list) : [], true);
    }

    /// <summary><c>{ before: [...], after: [...], onRollback: [...] }</c></summary>
    public static Hooks Hooks(Value value)
    {
        if (value.Mapping("{ before: [...], after: [...], onRollback: [...] }") is not { } fields)
        {
            return Projects.Hooks.None;
        }

        var hooks = new Hooks
        {
            Before = fields.Optional("before") is { } before ? HookReader.List(before) : [],
            After = fields.Optional("after") is { } after ? HookReader.List(after) : [],
            OnRollback = fields.Optional("onRollback") is { } back ? HookReader.List(back) : [],
        };
        fields.End();
        return hooks;
    }

    /// <summary><c>{ window: { revisions: 3, within: 7d }, keepWarm: 30m }</c></summary>
    public static RollbackPolicy Rollback(Value value)
    {
        if (value.Mapping("{ window: { revisions: 3, within: 7d }, keepWarm: 30m }") is not { } fields)
        {
            return RollbackPolicy.Default;
        }

        var policy = RollbackPolicy.Default with { KeepWarm = fields.Optional("keepWarm")?.Duration() ?? TimeSpan.Zero };
        if (fields.Optional("window")?.Mapping("{ revisions: 3, within: 7d }") is { } window)
        {
            policy = policy with
            {
                WindowRevisions = window.Optional("revisions")?.Count(0, 1000) ?? 0,
                WindowTime = window.Optional("within")?.Duration() ?? TimeSpan.Zero,
            };
            window.End();
        }

        fields.End();
        return policy;
    }

    private static ImmutableArray<EnvironmentName> Names(Value value) => [.. value.Strings("[canary]", Scalars.Name).Select(EnvironmentName.From)];
}
