using System.Collections.Concurrent;
using Slipway.Core.Deployments;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Tests.Fakes;

/// <summary>Runs hooks by noting them; those whose name is said to fail, fail.</summary>
internal sealed class FakeHooks : IHookRunner
{
    public ConcurrentQueue<HookCall> Calls { get; } = new();

    public ConcurrentDictionary<string, string> Failing { get; } = new();

    public Task<HookOutcome> RunAsync(HookCall call, CancellationToken cancellationToken)
    {
        Calls.Enqueue(call);
        return Task.FromResult(new HookOutcome(Failing.GetValueOrDefault(call.Hook.Name)));
    }
}
