using Slipway.Core.Projects;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Storms;

/// <summary>Serves what arrived last, and remembers everything.</summary>
internal sealed class Router(World world)
{
    private readonly Dictionary<EnvironmentKey, TrafficRequest> _serves = [];
    private readonly List<(DateTimeOffset At, EnvironmentKey Key, TrafficSplit Split, int Node)> _history = [];

    public IReadOnlyList<(DateTimeOffset At, EnvironmentKey Key, TrafficSplit Split, int Node)> History => _history;

    public TrafficRequest? Serves(EnvironmentKey key) => _serves.GetValueOrDefault(key);

    public void Serve(TrafficRequest request, Node by)
    {
        var key = request.Project.Key(request.Environment);
        _serves[key] = request;
        _history.Add((world.Time.GetUtcNow(), key, request.Split, by.Number));
        world.Tell($"node {by.Number}'s word arrives: {key} serves {request.Split.Stable} and {request.Split.Weight} of {request.Split.Candidate}");
    }
}
