using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Slipway.Cluster.Membership;

/// <summary>
/// What becomes of a server that the others took for dead: it stops, and the command that runs it starts it again under a new name. Nothing that it
/// still believes is worth keeping.
/// </summary>
public sealed partial class Fate(IHostApplicationLifetime lifetime, ILogger<Fate> logger) : IFatalErrorHandler
{
    /// <summary>Why the server has to begin anew; null while it need not.</summary>
    public string? Verdict { get; private set; }

    public bool IsUnexpected(Exception exception) => exception is not (OperationCanceledException or ObjectDisposedException);

    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        Verdict ??= context ?? exception?.Message ?? "the cluster does not know this server any more";
        Ended(logger, exception, Verdict);
        lifetime.StopApplication();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "This server leaves the cluster and begins anew: {Why}")]
    private static partial void Ended(ILogger logger, Exception? exception, string why);
}
