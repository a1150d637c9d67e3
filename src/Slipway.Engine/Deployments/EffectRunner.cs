using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Slipway.Core.Deployments;

namespace Slipway.Engine.Deployments;

/// <summary>
/// Keeps under way exactly the effects that a plan wants: starts what is new, cancels what is no longer wanted, and asks again, with
/// growing pauses, for what did not work and is still wanted.
/// </summary>
internal sealed partial class EffectRunner(IEffectHandler handler, Func<DeploymentInput, ValueTask> answer, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, (Type Kind, CancellationTokenSource Stop, Task Work)> _running = [];
    private readonly Dictionary<Type, Task> _ending = [];
    private readonly ConcurrentDictionary<string, string> _troubles = new();

    /// <summary>What effects under way are waiting for or failing at, in words for people.</summary>
    public ImmutableArray<string> Troubles => [.. _troubles.Values];

    public void Reconcile(DeploymentSpec spec, ImmutableArray<Effect> wanted)
    {
        foreach (var key in _running.Keys.Where(key => wanted.All(e => e.Key != key)).ToList())
        {
            var (kind, stop, work) = _running[key];
            stop.Cancel();
            _ending[kind] = _ending.TryGetValue(kind, out var earlier) && !earlier.IsCompleted ? Task.WhenAll(earlier, work) : work;
            _running.Remove(key);
        }

        foreach (var effect in wanted.Where(e => !_running.ContainsKey(e.Key)))
        {
            CancellationTokenSource stop = new();
            var before = _ending.GetValueOrDefault(effect.GetType(), Task.CompletedTask);
            _running[effect.Key] = (effect.GetType(), stop, RunAsync(spec, effect, before, stop.Token));
        }
    }

    public async Task StopAsync()
    {
        var all = _running.Values.ToList();
        _running.Clear();
        foreach (var (_, stop, _) in all)
            await stop.CancelAsync();
        await Task.WhenAll([.. all.Select(r => r.Work), .. _ending.Values]);
    }

    /// <summary>Waits for the cancelled effects of its kind: an old split that is still on its way to the router must not arrive after a new one.</summary>
    private async Task RunAsync(DeploymentSpec spec, Effect effect, Task before, CancellationToken cancellationToken)
    {
        await Task.Yield();
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                var outcome = await TryAsync(spec, effect, cancellationToken);
                await answer(new DeploymentInput.Answered(effect.Key, outcome));
                if (outcome is not EffectAnswer.Failed)
                    return;
                await Task.Delay(pause, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // No longer wanted: whatever it did is for the new plan to put right.
        }
        finally
        {
            _troubles.TryRemove(effect.Key, out _);
        }
    }

    private async Task<EffectAnswer> TryAsync(DeploymentSpec spec, Effect effect, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await handler.RunAsync(spec, effect, answer, cancellationToken);
            if (outcome is EffectAnswer.Failed failed)
                _troubles[effect.Key] = failed.Reason;
            return outcome;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Failed(logger, e, spec.Id.Value, effect.Key);
            _troubles[effect.Key] = e.Message;
            return new EffectAnswer.Failed(e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Effect {Key} of {DeploymentId} failed unexpectedly")]
    private static partial void Failed(ILogger logger, Exception e, string deploymentId, string key);
}

/// <summary>Carries out one effect. May run twice; ends soon after it is cancelled.</summary>
internal interface IEffectHandler
{
    /// <param name="spec">The deployment that wants it.</param>
    /// <param name="effect">What is wanted.</param>
    /// <param name="observe">Tells the deployment what a watch sees.</param>
    /// <param name="cancellationToken">Cancelled when it is no longer wanted.</param>
    Task<EffectAnswer> RunAsync(DeploymentSpec spec, Effect effect, Func<DeploymentInput, ValueTask> observe, CancellationToken cancellationToken);
}
