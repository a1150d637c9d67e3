using System.Threading.Channels;
using Slipway.Core.Deployments;
using Slipway.Engine.Ports;

namespace Slipway.Storage;

/// <summary>
/// Gathers saves while one transaction is under way and puts all that wait into the next: thousands of watched deployments then cost the
/// database a few transactions a second, and events never wait behind a queue of them.
/// </summary>
internal sealed class AnalysisSaves : IAsyncDisposable
{
    private const int MostInOne = 500;

    private readonly Channel<PendingSave> _waiting = Channel.CreateUnbounded<PendingSave>(new() { SingleReader = true });
    private readonly Func<IReadOnlyList<PendingSave>, Task<IReadOnlyList<bool>>> _write;
    private readonly Task _work;

    /// <param name="write">Saves all in one transaction, and says of each whether its term still counted. What it throws is told to all.</param>
    public AnalysisSaves(Func<IReadOnlyList<PendingSave>, Task<IReadOnlyList<bool>>> write)
    {
        _write = write;
        _work = Task.Run(WorkAsync);
    }

    public Task<bool> AddAsync(DeploymentId deployment, AnalysisSave save, CancellationToken cancellationToken)
    {
        PendingSave pending = new(deployment.Value, save);
        ObjectDisposedException.ThrowIf(!_waiting.Writer.TryWrite(pending), this);
        return pending.Done.Task.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _work;
    }

    private async Task WorkAsync()
    {
        List<PendingSave> batch = [];
        while (await _waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MostInOne && _waiting.Reader.TryRead(out var next))
                batch.Add(next);
            try
            {
                var saved = await _write(batch);
                for (var i = 0; i < batch.Count; i++)
                    batch[i].Done.TrySetResult(saved[i]);
            }
            catch (Exception e)
            {
                batch.ForEach(p => p.Done.TrySetException(e));
            }
        }
    }
}

/// <summary>One save that waits for its transaction.</summary>
internal sealed record PendingSave(string Deployment, AnalysisSave Save)
{
    public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
