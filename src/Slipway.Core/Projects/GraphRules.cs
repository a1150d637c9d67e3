using Slipway.Core.Configuration;

namespace Slipway.Core.Projects;

/// <summary>Names are unique, and what comes before what has no loop.</summary>
internal static class GraphRules
{
    public static void Check(Project project, Findings findings, bool namesRead)
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < project.Environments.Length; i++)
        {
            var name = project.Environments[i].Name.Value;
            if (name.Length > 0 && !first.TryAdd(name, i))
            {
                findings.Add(ProblemCode.DuplicateEnvironment, $"{ProjectRules.PathOf(i)}.name", $"there are two environments named '{name}'", "give one of them another name");
            }
        }

        for (var i = 0; i < project.Environments.Length; i++)
        {
            CheckAfter(project.Environments[i], i, first, findings, namesRead);
        }

        CheckCycles(project, first, findings);
    }

    private static void CheckAfter(EnvironmentSpec environment, int index, Dictionary<string, int> known, Findings findings, bool namesRead)
    {
        for (var j = 0; j < environment.After.Length; j++)
        {
            var (before, path) = (environment.After[j].Value, $"{ProjectRules.PathOf(index)}.after[{j}]");
            if (environment.After[j] == environment.Name)
            {
                findings.Add(ProblemCode.AfterItself, path, $"'{before}' comes after itself", "remove it from its own list");
            }
            else if (namesRead && !known.ContainsKey(before))
            {
                findings.Add(ProblemCode.UnknownEnvironment, path, $"there is no environment named '{before}'", Nearest.Advice(before, known.Keys.Where(k => k != environment.Name.Value)));
            }
        }
    }

    private static void CheckCycles(Project project, Dictionary<string, int> known, Findings findings)
    {
        var done = new HashSet<int>();
        var trail = new List<int>();
        for (var i = 0; i < project.Environments.Length; i++)
        {
            Visit(i);
        }

        void Visit(int index)
        {
            if (trail.IndexOf(index) is var start and >= 0)
            {
                Tell(project, [.. trail[start..], index], findings);
                return;
            }

            if (!done.Add(index))
            {
                return;
            }

            trail.Add(index);
            foreach (var before in project.Environments[index].After)
            {
                if (known.TryGetValue(before.Value, out var next) && next != index)
                {
                    Visit(next);
                }
            }

            trail.RemoveAt(trail.Count - 1);
        }
    }

    private static void Tell(Project project, int[] loop, Findings findings) => findings.Add(
        ProblemCode.Cycle,
        $"{ProjectRules.PathOf(loop[0])}.after",
        $"these environments wait for each other: {string.Join(" -> ", loop.Select(i => project.Environments[i].Name.Value))}",
        "remove one of them from the 'after' of another");
}
