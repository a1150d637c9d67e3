using Slipway.Core.Configuration;

namespace Slipway.Server;

/// <summary>The server cannot start, for a reason that a person can mend.</summary>
public sealed class ServerStartException(string code, string place, string message, string remedy, Exception? inner = null) : Exception($"{code}: {place}: {message}; {remedy}", inner)
{
    public Problem Problem { get; } = new(code, place, message, remedy);
}
