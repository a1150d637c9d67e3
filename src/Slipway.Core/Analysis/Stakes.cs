namespace Slipway.Core.Analysis;

/// <summary>How a <see cref="RestartMixture"/> spreads its stake over the times at which a fault may begin.</summary>
/// <param name="AtStart">π0: share of the stake that is bet from the start. Above 0, below 1.</param>
/// <param name="HalfStaked">τ: after this long, half of what was held back is staked.</param>
internal sealed record Stakes(double AtStart, TimeSpan HalfStaked)
{
    public static Stakes Default { get; } = new(0.5, TimeSpan.FromSeconds(900));

    /// <summary>Of the product's latency check: a slow version is mostly slow from its first request on, and of its eighteen alternatives each has little to begin with.</summary>
    public static Stakes OfLatency { get; } = Default with { AtStart = 0.7 };
}

/// <summary>How a <see cref="BaselineRate"/> forgets.</summary>
/// <param name="Cap">Below this many requests nothing is forgotten.</param>
/// <param name="HalfLife">After this long, what was learned counts half.</param>
internal sealed record Memory(double Cap, TimeSpan HalfLife)
{
    public static Memory Default { get; } = new(2000, TimeSpan.FromSeconds(1800));
}
