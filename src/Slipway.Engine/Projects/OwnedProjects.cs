using System.Collections.Concurrent;
using Slipway.Core.Projects;

namespace Slipway.Engine;

/// <summary>The projects that this process acts for, each with a token that ends when it no longer does.</summary>
/// <param name="all">Whether there is no other process, so that it acts for all.</param>
internal sealed class OwnedProjects(bool all)
{
    private static readonly CancellationToken Over = new(canceled: true);

    private readonly ConcurrentDictionary<ProjectId, CancellationTokenSource> _owned = new();

    /// <summary>Whether this process acts for every project that there is.</summary>
    public bool All => all;

    public bool Owns(ProjectId id) => all || _owned.ContainsKey(id);

    /// <summary>Tells later of a project whether this process acts for it and did so already when this was asked: what was looked at meanwhile is about it.</summary>
    public Func<ProjectId, bool> FromNowOn()
    {
        var now = _owned.Keys.ToHashSet();
        return id => all || (now.Contains(id) && _owned.ContainsKey(id));
    }

    /// <summary>Ends when the project is given up; has ended when it was never owned.</summary>
    public CancellationToken Token(ProjectId id) => all ? CancellationToken.None : _owned.TryGetValue(id, out var stop) ? stop.Token : Over;

    public void Add(ProjectId id) => _owned.TryAdd(id, new CancellationTokenSource());

    /// <summary>False when it was not owned.</summary>
    public bool Remove(ProjectId id)
    {
        // Not disposed of: whoever just took its token may still use it.
        if (!_owned.TryRemove(id, out var stop))
            return false;
        stop.Cancel();
        return true;
    }
}
