using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using Slipway.Core.Deployments;
using Slipway.Engine.Deployments;

namespace Slipway.Engine.Tests.Fakes;

/// <summary>Effects that end when the test says so.</summary>
internal sealed class ManualHandler : IEffectHandler
{
    private readonly Channel<Call> _calls = Channel.CreateUnbounded<Call>();
    private readonly ConcurrentQueue<Call> _all = new();

    public bool IgnoresCancellation { get; set; }

    public int Count => _all.Count;

    public ImmutableArray<string> Keys => [.. _all.Select(c => c.Key)];

    public ValueTask<Call> NextAsync() => _calls.Reader.ReadAsync();

    public void EndAll()
    {
        foreach (var call in _all)
            call.Answer.TrySetResult(new EffectAnswer.Done());
    }

    public async Task<EffectAnswer> RunAsync(DeploymentSpec spec, Effect effect, Func<DeploymentInput, ValueTask> observe, CancellationToken cancellationToken)
    {
        Call call = new(effect.Key, new(TaskCreationOptions.RunContinuationsAsynchronously), cancellationToken);
        _all.Enqueue(call);
        await _calls.Writer.WriteAsync(call, CancellationToken.None);
        return IgnoresCancellation ? await call.Answer.Task : await call.Answer.Task.WaitAsync(cancellationToken);
    }

    internal sealed record Call(string Key, TaskCompletionSource<EffectAnswer> Answer, CancellationToken Cancelled);
}
