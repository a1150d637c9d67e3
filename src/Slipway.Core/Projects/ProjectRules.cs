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

        if (!findings.IsBroken("sources"))
        {
            CheckSources(project, findings);
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

    private static void CheckSources(Project project, Findings findings)
    {
        foreach (var (environment, i) in project.Environments.Select((e, i) => (e, i)))
        {
            foreach (var (check, k) in environment.Checks.Select((c, k) => (c, k)))
            {
                if (check.From is { } from && !findings.IsBroken($"{PathOf(i)}.checks") && project.Sources.All(s => s.Name != from.Source))
                {
                    findings.Add(ProblemCode.UnknownSource, $"{PathOf(i)}.checks[{k}]", $"the check '{check.Name}' asks the source '{from.Source}', which the project does not have",
                        project.Sources.IsEmpty ? $"add sources: and below it - {{ name: {from.Source}, prometheus: {{ url: http://prometheus.example:9090 }} }}" : Nearest.Advice(from.Source, project.Sources.Select(s => s.Name)));
                }
            }
        }
    }

    internal static string PathOf(int environment) => $"environments[{environment}]";

    private static IEnumerable<string> Paths(Project project, string key) => Enumerable.Range(0, project.Environments.Length).Select(i => $"{PathOf(i)}.{key}");
}
