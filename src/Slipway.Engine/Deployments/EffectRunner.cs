using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Slipway.Core.Deployments;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Engine.Telemetry;

namespace Slipway.Engine.Deployments;

/// <summary>
/// Keeps under way exactly the effects that a plan wants: starts what is new, cancels what is no longer wanted, and asks again, with
/// growing pauses, for what did not work or was not answered and is still wanted. What was not answered is not told to the deployment:
/// nothing follows from it.
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
        EngineTelemetry.EffectBegan(effect);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                if (await TryAsync(spec, effect, cancellationToken) is { } outcome)
                {
                    await answer(new DeploymentInput.Answered(effect.Key, outcome));
                    if (outcome is not EffectAnswer.Failed)
                        return;
                }

                await Task.Delay(Scattered(pause, spec, effect), time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // No longer wanted: whatever it did is for the new plan to put right.
        }
        finally
        {
            _troubles.TryRemove(effect.Key, out _);
            EngineTelemetry.EffectEnded(effect);
        }
    }

    /// <summary>Those of different deployments that failed together do not come back together.</summary>
    private static TimeSpan Scattered(TimeSpan pause, DeploymentSpec spec, Effect effect) => pause * (0.5 + (UserHash.Bucket(effect.Key, spec.Id.Value) / (2.0 * Weight.Whole)));

    /// <summary>Null: there is no answer, and it is asked again.</summary>
    private async Task<EffectAnswer?> TryAsync(DeploymentSpec spec, Effect effect, CancellationToken cancellationToken)
    {
        using var span = EngineTelemetry.Try(spec.Id, effect);
        var begun = time.GetTimestamp();
        var how = "cancelled";
        try
        {
            var outcome = await AskAsync(spec, effect, cancellationToken);
            how = outcome switch { null => "no-answer", EffectAnswer.Failed => "failed", _ => "done" };
            return outcome;
        }
        finally
        {
            EngineTelemetry.Tried(effect, time.GetElapsedTime(begun), how);
            span?.SetStatus(how is "failed" or "no-answer" ? ActivityStatusCode.Error : ActivityStatusCode.Ok, _troubles.GetValueOrDefault(effect.Key));
        }
    }

    private async Task<EffectAnswer?> AskAsync(DeploymentSpec spec, Effect effect, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await handler.RunAsync(spec, effect, answer, cancellationToken);
            if (outcome is EffectAnswer.Failed failed)
                _troubles[effect.Key] = failed.Reason;
            return outcome;
        }
        catch (AskAgainException e)
        {
            NoAnswer(logger, spec.Id.Value, effect.Key, e.Message);
            _troubles[effect.Key] = e.Message;
            return null;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Failed(logger, e, spec.Id.Value, effect.Key);
            _troubles[effect.Key] = e.Message;
            return new EffectAnswer.Failed(e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Effect {Key} of {DeploymentId} has no answer and is asked for again: {Why}")]
    private static partial void NoAnswer(ILogger logger, string deploymentId, string key, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "Effect {Key} of {DeploymentId} failed unexpectedly")]
    private static partial void Failed(ILogger logger, Exception e, string deploymentId, string key);
}

/// <summary>Carries out one effect. May run twice; ends soon after it is cancelled. Throws <see cref="AskAgainException"/> when nobody can say how it went.</summary>
internal interface IEffectHandler
{
    /// <param name="spec">The deployment that wants it.</param>
    /// <param name="effect">What is wanted.</param>
    /// <param name="observe">Tells the deployment what a watch sees.</param>
    /// <param name="cancellationToken">Cancelled when it is no longer wanted.</param>
    Task<EffectAnswer> RunAsync(DeploymentSpec spec, Effect effect, Func<DeploymentInput, ValueTask> observe, CancellationToken cancellationToken);
}
