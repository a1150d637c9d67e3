using System.Text.Json;

namespace Slipway.Api;

/// <summary>One event of the feed.</summary>
/// <param name="Position">Place in the order of all events; resume after it.</param>
/// <param name="Summary">The event as a sentence.</param>
public sealed record EventResponse(long Position, string Stream, long Version, string Type, DateTimeOffset At, string Summary, JsonElement Data);
