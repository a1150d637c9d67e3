using System.Collections.Immutable;
using Slipway.Core.Configuration;

namespace Slipway.Core.Projects;

/// <summary>What must hold over a whole project, however it was written.</summary>
public static class ProjectRules
{
    /// <summary>Everything wrong with a project that did not come from a document; empty when it is sound.</summary>
    public static ImmutableArray<Problem> Check(Project project)
    {
        ArgumentNullException.ThrowIfNull(project);
        var findings = new Findings();
        Check(project, findings);
        return findings.ToProblems();
    }

    internal static void Check(Project project, Findings findings)
    {
        // Asked of all before any rule adds to the findings: a broken rule is not an unreadable part.
        var slicesRead = !Paths(project, "slice").Any(findings.IsBroken) && !findings.IsBroken("service");
        var namesRead = project.Environments.All(e => e.Name.Value.Length > 0);
        var strategiesRead = Paths(project, "strategy").Select(p => !findings.IsBroken(p)).ToArray();
        GraphRules.Check(project, findings, namesRead);
        Governance.FreezeRules.Check(project, findings);
        if (slicesRead && namesRead)
        {
            SliceRules.Check(project, findings);
        }

        for (var i = 0; i < project.Environments.Length; i++)
        {
            StrategyRules.CheckApprovals(project.Environments[i], PathOf(i), findings);
            if (strategiesRead[i])
            {
                StrategyRules.Check(project.Environments[i], PathOf(i), findings);
            }
        }
    }

    internal static string PathOf(int environment) => $"environments[{environment}]";

    private static IEnumerable<string> Paths(Project project, string key) => Enumerable.Range(0, project.Environments.Length).Select(i => $"{PathOf(i)}.{key}");
}
