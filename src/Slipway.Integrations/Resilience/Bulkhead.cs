using System.Globalization;
using Polly;
using Polly.RateLimiting;
using Polly.Timeout;
using Slipway.Engine.Ports;
using Slipway.Engine.Telemetry;

namespace Slipway.Integrations.Resilience;

/// <summary>How much may be under way and wait.</summary>
/// <param name="AtOnce">So many run; at least 1.</param>
/// <param name="Waiting">So many wait for their turn; what is more is refused at once.</param>
public readonly record struct BulkheadSize(int AtOnce, int Waiting);

/// <summary>
/// Bounds what is asked of one counterpart at a time, and how long each answer may take, so that one that is slow or dead costs nobody else
/// anything. What is refused, or not answered in time, ends in an <see cref="AskAgainException"/>.
/// </summary>
internal sealed class Bulkhead
{
    private static readonly ResiliencePropertyKey<TimeSpan> Limit = new("slipway.limit");

    private readonly string _adapter;
    private readonly string _whom;
    private readonly BulkheadSize _size;
    private readonly ResiliencePipeline _pipeline;

    /// <param name="adapter">For the metric of refusals: <c>deployer</c>, <c>hooks</c>, …</param>
    /// <param name="whom">For people: who is slow, should it be full.</param>
    /// <param name="size">How much may be under way and wait.</param>
    /// <param name="time">For time-outs.</param>
    public Bulkhead(string adapter, string whom, BulkheadSize size, TimeProvider time)
    {
        (_adapter, _whom, _size) = (adapter, whom, size);
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddConcurrencyLimiter(size.AtOnce, size.Waiting)
            .AddTimeout(new TimeoutStrategyOptions { TimeoutGenerator = args => ValueTask.FromResult(args.Context.Properties.GetValue(Limit, Patience.Answer)) })
            .Build();
    }

    /// <param name="limit">How long it may take, from when it begins. Null: it has a limit of its own.</param>
    /// <exception cref="AskAgainException">It was not begun, or took too long.</exception>
    public async Task<T> RunAsync<T>(TimeSpan? limit, Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(Limit, limit ?? Timeout.InfiniteTimeSpan);
        try
        {
            return await _pipeline.ExecuteAsync(static async (c, run) => await run(c.CancellationToken), context, action);
        }
        catch (RateLimiterRejectedException e)
        {
            EngineTelemetry.Refused(_adapter);
            throw new AskAgainException($"SLIP0541: {_whom}: {_size.AtOnce} requests are under way and {_size.Waiting} wait, so no more is begun; it is asked again by itself; find out why it is so slow", e);
        }
        catch (TimeoutRejectedException e)
        {
            throw new AskAgainException(string.Create(CultureInfo.InvariantCulture, $"SLIP0542: {_whom}: no answer within {e.Timeout.TotalSeconds:0.#} s; it is asked again by itself; find out why it is so slow"), e);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }
}
