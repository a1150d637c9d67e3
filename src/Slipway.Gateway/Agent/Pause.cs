namespace Slipway.Gateway.Agent;

/// <summary>Growing pauses between attempts, spread by chance so that many gateways do not come back all at once.</summary>
internal sealed class Pause(TimeSpan first, TimeSpan longest, TimeProvider time)
{
    private int _failures;

    /// <summary>The pause after so many failures (from 1): between half of, and the whole of, the doubled first pause.</summary>
    /// <param name="chance">0 to 1.</param>
    public static TimeSpan After(int failures, TimeSpan first, TimeSpan longest, double chance)
    {
        var doubled = first * Math.Pow(2, Math.Min(failures - 1, 20));
        return (doubled < longest ? doubled : longest) * (1 - (chance / 2));
    }

    public void Reset() => _failures = 0;

#pragma warning disable CA5394 // Chance only spreads load here.
    public Task NextAsync(CancellationToken cancellation) =>
        Task.Delay(After(++_failures, first, longest, Random.Shared.NextDouble()), time, cancellation);
#pragma warning restore CA5394
}
