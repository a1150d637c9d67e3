using Slipway.Core.Projects;
using Slipway.Core.Traffic;

namespace Slipway.Engine.Traffic;

/// <summary>Which regions of a project are kept apart: the first twelve, each until nothing was counted there for ten minutes.</summary>
internal sealed class Regions
{
    private readonly Dictionary<ProjectId, Dictionary<string, long>> _heard = [];

    /// <summary>Whether counts of a region are kept apart. Notes that it was heard of.</summary>
    public bool Keeps(ProjectId project, string region, long slot)
    {
        if (!_heard.TryGetValue(project, out var heard))
            _heard[project] = heard = [];
        if (!heard.ContainsKey(region) && heard.Count >= Strata.MostRegions)
            return false;
        heard[region] = slot;
        return true;
    }

    public void Forget(long oldest)
    {
        foreach (var (project, heard) in _heard)
        {
            foreach (var (region, _) in heard.Where(h => h.Value <= oldest))
                heard.Remove(region);
            if (heard.Count == 0)
                _heard.Remove(project);
        }
    }
}
