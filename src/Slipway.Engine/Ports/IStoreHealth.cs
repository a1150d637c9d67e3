namespace Slipway.Engine.Ports;

/// <summary>A store that can be asked how it is. Implemented by the stores beside <see cref="IEventStore"/>.</summary>
public interface IStoreHealth
{
    /// <summary>Looks at the store as a whole; may take a while where it is large. Never throws for what it looks for.</summary>
    Task<StoreHealth> CheckAsync(CancellationToken cancellationToken);
}

/// <summary>How a store is.</summary>
/// <param name="What">What it is and where, in words, without secrets.</param>
/// <param name="Schema">Version of its tables.</param>
/// <param name="Latency">How long it took to begin and give up a change.</param>
/// <param name="Clock">What time it is there; null: it has no clock of its own.</param>
/// <param name="Problem">What is wrong with it, in words; null: nothing.</param>
public sealed record StoreHealth(string What, int Schema, TimeSpan Latency, DateTimeOffset? Clock, string? Problem);
