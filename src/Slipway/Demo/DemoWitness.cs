using Slipway.Api;
using Slipway.Demo.Load;

namespace Slipway.Demo;

/// <summary>Follows the server's events and notes, at the moment a release is found bad, what the users had seen of it.</summary>
internal sealed class DemoWitness(SlipwayClient client, TrafficLedger ledger, string bad)
{
    private const int MostKept = 500;

    private readonly Lock _lock = new();
    private readonly List<EventResponse> _events = [];

    /// <summary>Where, when and after what the bad release was found; null until it was.</summary>
    internal sealed record Finding(string Environment, DateTimeOffset At, LoadCounts Seen, DateTimeOffset? FirstServed);

    public Finding? Found { get; private set; }

    /// <summary>The newest events, oldest first.</summary>
    public IReadOnlyList<EventResponse> Events
    {
        get
        {
            lock (_lock)
                return [.. _events];
        }
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var e in client.FollowAsync(0, cancellationToken))
            {
                lock (_lock)
                {
                    _events.Add(e);
                    if (_events.Count > MostKept)
                        _events.RemoveAt(0);
                }

                if (Found is null && e.Type == "deployment.rollback-started" && e.Data.GetProperty("cause").GetString() == "bad")
                    await NoteAsync(e, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The demo is over.
        }
    }

    private async Task NoteAsync(EventResponse e, CancellationToken cancellationToken)
    {
        ledger.RolledBack(bad, e.At);
        var deployment = await client.DeploymentAsync(e.Stream["deployment:".Length..], cancellationToken);
        if (deployment.Candidate == bad)
            Found = new Finding(deployment.Environment, e.At, ledger.CountsOf(bad, deployment.Environment), ledger.FirstServed(bad, deployment.Environment));
    }
}
