using System.Diagnostics.CodeAnalysis;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>Lets in one at a time.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing, and gates live as long as the deployer.")]
internal sealed class Gate
{
    private readonly SemaphoreSlim _one = new(1, 1);

    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        return new Held(_one);
    }

    /// <summary>Null when somebody else is in.</summary>
    public IDisposable? TryEnter() => _one.Wait(0) ? new Held(_one) : null;

    private sealed class Held(SemaphoreSlim one) : IDisposable
    {
        public void Dispose() => one.Release();
    }
}
