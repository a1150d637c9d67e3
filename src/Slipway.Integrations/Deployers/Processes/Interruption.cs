namespace Slipway.Integrations.Deployers.Processes;

/// <summary>A start that is under way, and the means to give it up from elsewhere.</summary>
internal sealed class Interruption
{
    private volatile CancellationTokenSource? _starting;

    /// <summary>Marks a start as under way, so that a stop need not wait for it.</summary>
    public CancellationTokenSource Begin(CancellationToken cancellationToken) =>
        _starting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

    public void End() => _starting = null;

    public void Interrupt()
    {
        try
        {
            _starting?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended this moment, which is as good.
        }
    }
}
