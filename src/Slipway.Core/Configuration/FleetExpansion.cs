using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Core.Traffic;

namespace Slipway.Core.Configuration;

/// <summary>Makes one environment a target of each that was written with targets. Rules were checked before, on what was written.</summary>
internal static class FleetExpansion
{
    public static Project Expand(Project project, ImmutableArray<Targets?> targets, Findings findings)
    {
        if (targets.All(t => t is null))
        {
            return project;
        }

        var members = targets.OfType<Targets>().SelectMany(t => t.Fleet.Members).ToList();
        for (var i = 0; i < targets.Length; i++)
        {
            if (targets[i] is { } t && t.Fleet.Members.Any(m => project.Find(m) is not null || members.Count(other => other == m) > 1))
            {
                findings.Add(ProblemCode.DuplicateEnvironment, $"{ProjectRules.PathOf(i)}.targets", "a target makes an environment whose name is taken already", "rename the target, or the other environment");
            }
            else if (targets[i] is { Hosts.IsEmpty: false } && project.Service is null)
            {
                findings.Add(ProblemCode.SliceWithoutService, $"{ProjectRules.PathOf(i)}.targets.hosts", "the targets take hosts of a project without a service", "add service: { host: shop.example } to the project, or remove the hosts");
            }
        }

        if (members.Count > Limits.Targets)
        {
            findings.Add(ProblemCode.TooMuch, "environments", $"the fleets have {members.Count} targets", $"keep them to {Limits.Targets}");
        }

        return project with
        {
            Environments = [.. project.Environments.SelectMany((e, i) => targets[i] is { } t ? Members(e, t) : [e])],
            Fleets = [.. targets.OfType<Targets>().Select(t => t.Fleet)],
        };
    }

    private static IEnumerable<EnvironmentSpec> Members(EnvironmentSpec environment, Targets targets) =>
        targets.Fleet.Rings.SelectMany((ring, index) => ring.Members.Select(member => (member, index))).Select(m => environment with
        {
            Name = m.member,
            Member = new FleetMember(environment.Name, m.index, targets.Names[m.member]),
            Deploy = Fill(environment.Deploy, targets.Names[m.member]),
            Slice = targets.Hosts.TryGetValue(targets.Names[m.member], out var hosts) && !hosts.IsEmpty ? new Slice.Everyone(hosts) : new Slice.None(),
        });

    private static DeploySpec Fill(DeploySpec deploy, string target) => deploy switch
    {
        DeploySpec.Process process => process with
        {
            Command = [.. process.Command.Select(word => word.Replace("{target}", target, StringComparison.Ordinal))],
            Variables = process.Variables.ToImmutableSortedDictionary(v => v.Key, v => v.Value.Replace("{target}", target, StringComparison.Ordinal), StringComparer.Ordinal),
        },
        _ => deploy,
    };
}
