using System.Collections.Immutable;
using System.Globalization;
using Slipway.Core.Projects;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Engine.Telemetry;

namespace Slipway.Integrations.Resilience;

/// <summary>
/// A router whose answers have a limit. Nothing waits before it is told to the router, because directions take effect in the order in which
/// they are given; the engine has only a few under way for each environment. What is served is read back by a bounded number at a time.
/// </summary>
public sealed class GuardedRouter(ITrafficRouter router, TimeProvider time) : ITrafficRouter
{
    private const int LooksAtOnce = 256;

    private int _looks;

    public Task AnnounceAsync(ImmutableArray<TrafficRequest> all, CancellationToken cancellationToken) =>
        LimitAsync("the router", Patience.Answer, async token =>
        {
            await router.AnnounceAsync(all, token);
            return true;
        }, cancellationToken);

    public Task TakeOverAsync(ProjectId project, CancellationToken cancellationToken) =>
        LimitAsync("the router", Patience.Answer, async token =>
        {
            await router.TakeOverAsync(project, token);
            return true;
        }, cancellationToken);

    public Task<RouteOutcome> ApplyAsync(TrafficRequest request, CancellationToken cancellationToken) =>
        LimitAsync($"the router of {request.Project.Key(request.Environment)}", Patience.Confirmation, token => router.ApplyAsync(request, token), cancellationToken);

    /// <summary>Nobody knows what is served where nobody answers.</summary>
    public Task<TrafficSplit?> ObserveAsync(EnvironmentKey environment, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _looks) > LooksAtOnce)
        {
            Interlocked.Decrement(ref _looks);
            EngineTelemetry.Refused("router");
            return Task.FromResult<TrafficSplit?>(null);
        }

        return LookAsync(environment, cancellationToken);
    }

    public Task DrainAsync(InstanceId instance, ImmutableArray<string> endpoints, TimeSpan limit, CancellationToken cancellationToken) =>
        LimitAsync("the router", limit + Patience.Look, async token =>
        {
            await router.DrainAsync(instance, endpoints, limit, token);
            return true;
        }, cancellationToken);

    private async Task<TrafficSplit?> LookAsync(EnvironmentKey environment, CancellationToken cancellationToken)
    {
        try
        {
            return await LimitAsync("the router", Patience.Look, token => router.ObserveAsync(environment, token), cancellationToken);
        }
        catch (AskAgainException)
        {
            return null;
        }
        finally
        {
            Interlocked.Decrement(ref _looks);
        }
    }

    /// <summary>Begins at once, before anything is awaited. An answer that is there already costs no timer.</summary>
    private async Task<T> LimitAsync<T>(string whom, TimeSpan limit, Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answer = ask(over.Token);
        if (answer.IsCompleted)
            return await answer;
        try
        {
            return await answer.WaitAsync(limit, time, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new AskAgainException(string.Create(CultureInfo.InvariantCulture, $"SLIP0542: {whom}: no answer within {limit.TotalSeconds:0.#} s; it is asked again by itself; find out why it is so slow"), e);
        }
        finally
        {
            await over.CancelAsync();
        }
    }
}
