using Slipway.Core.Configuration;

namespace Slipway.Server;

/// <summary>A part of the running server failed in a way that nobody expected, and the server stopped. Whoever keeps it running should start it again.</summary>
public sealed class ServerBrokenException(string part, Exception? inner) : Exception($"{part} failed", inner)
{
    public Problem Problem { get; } = new("SLIP0505", part, $"a part of the server failed, and it stopped: {inner?.Message ?? "it ended by itself"}", "start it again, which goes on where it was; report it with the server's log");
}
