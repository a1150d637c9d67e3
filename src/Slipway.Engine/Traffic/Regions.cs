using Slipway.Core.Projects;
using Slipway.Core.Traffic;

namespace Slipway.Engine.Traffic;

/// <summary>Which regions of a project are kept apart: the first twelve, each until nothing was counted there for ten minutes.</summary>
internal sealed class Regions
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(10);

    private readonly Dictionary<ProjectId, Dictionary<string, DateTimeOffset>> _heard = [];

    /// <summary>Whether counts of a region are kept apart. Notes that it was heard of.</summary>
    public bool Keeps(ProjectId project, string region, DateTimeOffset now)
    {
        if (!_heard.TryGetValue(project, out var heard))
            _heard[project] = heard = [];
        if (!heard.ContainsKey(region) && heard.Count >= Strata.MostRegions)
            return false;
        heard[region] = now;
        return true;
    }

    public void Forget(DateTimeOffset now)
    {
        foreach (var (project, heard) in _heard)
        {
            foreach (var (region, _) in heard.Where(h => now - h.Value >= Silence))
                heard.Remove(region);
            if (heard.Count == 0)
                _heard.Remove(project);
        }
    }
}
