namespace Slipway.Integrations.Resilience;

/// <summary>A bulkhead for each counterpart of an adapter, for as long as something is under way there.</summary>
/// <param name="adapter">For the metric of refusals.</param>
/// <param name="whom">A counterpart in words for people.</param>
/// <param name="size">Of each bulkhead.</param>
/// <param name="time">For time-outs.</param>
internal sealed class Bulkheads<TKey>(string adapter, Func<TKey, string> whom, BulkheadSize size, TimeProvider time) where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, (Bulkhead Bulkhead, int Users)> _all = [];

    /// <inheritdoc cref="Bulkhead.RunAsync"/>
    public async Task<T> RunAsync<T>(TKey key, TimeSpan? limit, Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        var bulkhead = Enter(key);
        try
        {
            return await bulkhead.RunAsync(limit, action, cancellationToken);
        }
        finally
        {
            Leave(key);
        }
    }

    private Bulkhead Enter(TKey key)
    {
        lock (_lock)
        {
            var (bulkhead, users) = _all.TryGetValue(key, out var known) ? known : (new Bulkhead(adapter, whom(key), size, time), 0);
            _all[key] = (bulkhead, users + 1);
            return bulkhead;
        }
    }

    /// <summary>Counterparts come and go with projects and hosts: what is idle is not remembered.</summary>
    private void Leave(TKey key)
    {
        lock (_lock)
        {
            var (bulkhead, users) = _all[key];
            if (users == 1)
                _all.Remove(key);
            else
                _all[key] = (bulkhead, users - 1);
        }
    }
}
