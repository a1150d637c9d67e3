using Slipway.Core.Deployments;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Storms;

/// <summary>What hooks run at: does each key's work once, and answers a repeat with what it answered before. While the weather is bad, some tries fail.</summary>
internal sealed class HookSite(World world, Random chance)
{
    private readonly Dictionary<string, (DeploymentId Deployment, string Hook)> _asked = [];

    public HashSet<(DeploymentId Deployment, string Hook)> Done { get; } = [];

    public HookOutcome Run(HookCall call, Node by)
    {
        var what = (call.Deployment.Id, call.Hook.Name);
        var known = _asked.TryGetValue(call.IdempotencyKey, out var before);
        world.Promises.Hold("hooks", known ? before == what : !_asked.ContainsValue(what), $"node {by.Number} asks {what} under {call.IdempotencyKey}, and {(known ? $"that is {before}" : "it had another key before")}");
        _asked[call.IdempotencyKey] = what;
        if (world.Weather.Bad && !Done.Contains(what) && chance.Next(4) == 0)
            return new HookOutcome("not now");
        var first = Done.Add(what);
        world.Tell($"node {by.Number}'s hook {call.Hook.Name} of {call.Deployment.Id} {(first ? "runs" : "was run before")}");
        return new HookOutcome(null);
    }
}
