using Slipway.Core.Configuration;
using Slipway.Core.Projects;
using Slipway.Engine.Ports;

namespace Slipway.Server.Endpoints;

/// <summary>What the kinds of sources say of a project's sources and of what its checks ask them, before anything runs.</summary>
internal static class SourceQueries
{
    public static IEnumerable<Problem> Problems(Project project, IReadOnlyCollection<IMetricSource> kinds)
    {
        foreach (var (environment, check) in project.Environments.SelectMany(e => e.Checks.Select(c => (e, c))))
        {
            if (check.From is { } query && project.Sources.FirstOrDefault(s => s.Name == query.Source) is { } source && kinds.FirstOrDefault(k => k.Kind == source.Kind)?.Refuses(source, query) is { } wrong)
                yield return new Problem("SLIP0211", $"environments.{environment.Name}.checks.{check.Name}.from (source {source.Name})", wrong, $"see the page docs/sources/{source.Kind}.md");
        }
    }
}
