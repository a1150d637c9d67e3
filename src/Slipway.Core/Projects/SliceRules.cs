using Slipway.Core.Configuration;
using Slipway.Core.Traffic;

namespace Slipway.Core.Projects;

/// <summary>Live traffic is shared out once, and all of it.</summary>
internal static class SliceRules
{
    public static void Check(Project project, Findings findings)
    {
        if (project.Service is null)
        {
            RequireService(project, findings);
            return;
        }

        CheckShares(project, findings);
        CheckRest(project, findings);
        CheckHosts(project, project.Service, findings);
    }

    private static void RequireService(Project project, Findings findings)
    {
        foreach (var (i, slice) in Slices(project))
        {
            if (slice is not Slice.None)
            {
                findings.Add(ProblemCode.SliceWithoutService, PathOf(i), "the environment takes a slice of a project without a service", "add service: { host: shop.example } to the project, or write slice: none");
            }
        }
    }

    private static void CheckShares(Project project, Findings findings)
    {
        var total = 0;
        foreach (var (i, slice) in Slices(project))
        {
            if (slice is not Slice.Percent { Share: var share })
            {
                continue;
            }

            var before = total;
            total += share.Value;
            if (total > Weight.Whole && before <= Weight.Whole)
            {
                findings.Add(ProblemCode.SlicesOverWhole, $"{PathOf(i)}.percent", $"with {share} here the slices make {total / 1000m:0.###} %", "let all percentages together be at most 100 %");
            }
        }
    }

    private static void CheckRest(Project project, Findings findings)
    {
        var rests = Slices(project).Where(s => s.Slice is Slice.Rest).ToArray();
        foreach (var (i, _) in rests.Skip(1))
        {
            findings.Add(ProblemCode.SeveralRests, PathOf(i), $"'{project.Environments[rests[0].Index].Name}' takes the rest already", "give this one a percentage, an audience or its own hosts");
        }

        if (rests.Length == 0 && Slices(project).FirstOrDefault(s => s.Slice is Slice.Percent or Slice.Audience) is { Slice: not null } shared)
        {
            findings.Add(ProblemCode.NobodyTakesTheRest, PathOf(shared.Index), "no environment takes the rest of the traffic, so other users would get no answer", "give one environment slice: rest");
        }
    }

    private static void CheckHosts(Project project, ServiceSpec service, Findings findings)
    {
        var owners = service.Hosts.Distinct(StringComparer.OrdinalIgnoreCase).ToDictionary(h => h, _ => "the service", StringComparer.OrdinalIgnoreCase);
        foreach (var (i, slice) in Slices(project))
        {
            if (slice is not Slice.Everyone { Hosts: var hosts })
            {
                continue;
            }

            for (var j = 0; j < hosts.Length; j++)
            {
                if (!owners.TryAdd(hosts[j], $"'{project.Environments[i].Name}'") && owners[hosts[j]] != $"'{project.Environments[i].Name}'")
                {
                    findings.Add(ProblemCode.HostTaken, $"{PathOf(i)}.hosts[{j}]", $"the host '{hosts[j]}' belongs to {owners[hosts[j]]} already", "give the environment a host of its own");
                }
            }
        }
    }

    private static IEnumerable<(int Index, Slice Slice)> Slices(Project project) => project.Environments.Select((e, i) => (i, e.Slice));

    private static string PathOf(int environment) => $"{ProjectRules.PathOf(environment)}.slice";
}
