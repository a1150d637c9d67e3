using Slipway.Core.Projects;

namespace Slipway.Engine.Storms;

/// <summary>
/// Who is a member, and which of them acts for the project: as a cluster knows it, which is late, and may be wrong. A member that is not heard of
/// is taken for dead, and somebody else acts from then on, whatever it is really doing.
/// </summary>
internal sealed class Cluster(World world)
{
    /// <summary>Longer than any member is sure without having been heard of.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(8);

    private readonly SortedDictionary<int, (Node Node, DateTimeOffset HeardAt)> _members = [];
    private readonly HashSet<int> _gone = [];
    private Node? _avoid;

    public Node? Owner { get; private set; }

    /// <summary>How often another one came to act.</summary>
    public int Moves { get; private set; }

    /// <summary>False when it was taken for dead.</summary>
    public bool Hear(Node node)
    {
        if (_gone.Contains(node.Number))
            return false;
        _members[node.Number] = (node, world.Time.GetUtcNow());
        return true;
    }

    /// <summary>Sees that somebody acts.</summary>
    public void Ensure(ProjectId project)
    {
        foreach (var (number, (node, _)) in _members.Where(m => world.Time.GetUtcNow() - m.Value.HeardAt > Silence).ToList())
        {
            world.Tell($"node {number} is taken for dead");
            _members.Remove(number);
            _gone.Add(number);
            if (Owner == node)
                Owner = null;
        }

        if (Owner is null && (_members.Values.Select(m => m.Node).FirstOrDefault(n => n != _avoid) ?? _members.Values.Select(m => m.Node).FirstOrDefault()) is { } next)
        {
            world.Tell($"node {next.Number} is to act for {project}");
            (Owner, Moves) = (next, Moves + 1);
        }

        Owner?.Adopt(project);
    }

    /// <summary>The owner gives the project up to another one.</summary>
    public void Move(ProjectId project)
    {
        if (Owner is not { } owner)
            return;
        world.Tell($"node {owner.Number} is to give {project} up");
        owner.Release(project, () =>
        {
            _avoid = owner;
            if (Owner == owner)
                Owner = null;
        });
    }

    /// <summary>It is forgotten who acts: another one does so too, until the first hears of it.</summary>
    public void Forget(ProjectId project, TimeSpan heardAfter)
    {
        if (Owner is not { } first)
            return;
        world.Tell($"it is forgotten that node {first.Number} acts for {project}");
        (Owner, _avoid) = (null, first);
        world.Time.Timer(null, _ =>
        {
            if (Owner != first)
                first.Release(project, () => { });
        }, null, heardAfter, Timeout.InfiniteTimeSpan);
    }
}
