using Slipway.Core.Projects;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Storms;

/// <summary>Serves what arrived last of whoever directs the project, and remembers everything.</summary>
internal sealed class Router(World world)
{
    private readonly Dictionary<EnvironmentKey, TrafficRequest> _serves = [];
    private readonly List<(DateTimeOffset At, EnvironmentKey Key, TrafficSplit Split, int Node)> _history = [];

    public IReadOnlyList<(DateTimeOffset At, EnvironmentKey Key, TrafficSplit Split, int Node)> History => _history;

    private Node? _director;

    /// <summary>How often somebody was refused who directed the project once.</summary>
    public int Refused { get; private set; }

    /// <summary>Nobody else is listened to from now on. Where nobody ever says so, everybody is.</summary>
    public void TakeOver(Node by)
    {
        world.Tell($"node {by.Number} directs the traffic");
        _director = by;
    }

    public TrafficRequest? Serves(EnvironmentKey key) => _serves.GetValueOrDefault(key);

    /// <summary>False when another one directs the project.</summary>
    public bool Serve(TrafficRequest request, Node by)
    {
        if ((_director ?? by) != by)
        {
            Refused++;
            world.Tell($"node {by.Number} directs no longer, and {request.Environment.Name} does not serve {request.Split.Weight} of {request.Split.Candidate}");
            return false;
        }

        var key = request.Project.Key(request.Environment);
        _serves[key] = request;
        _history.Add((world.Time.GetUtcNow(), key, request.Split, by.Number));
        world.Tell($"node {by.Number}'s word arrives: {key} serves {request.Split.Stable} and {request.Split.Weight} of {request.Split.Candidate}");
        return true;
    }
}
