namespace Shop;

/// <summary>Applies the faults that show in this environment, before a request is answered.</summary>
internal sealed class Faults(IEnumerable<Fault> faults, string environment, Chance chance, Action crash)
{
    private readonly Fault[] active = [.. faults.Where(f => f.ShowsIn(environment))];
    private int requests;
    private volatile bool silent;

    /// <summary>Waits, and says whether the request may be answered well.</summary>
    public async Task<bool> PassAsync(PathString path, CancellationToken cancellationToken)
    {
        if (path == "/healthz")
        {
            await BeSilentAsync(cancellationToken);
            return true;
        }

        var seen = Interlocked.Increment(ref requests);
        var (time, well) = (chance.ServiceTime(), true);
        foreach (var fault in active.Where(f => f.Route is null || path.StartsWithSegments(f.Route)))
        {
            var hit = chance.Next() < fault.Rate;
            switch (fault.Kind)
            {
                case FaultKind.Errors:
                    well &= !hit;
                    break;
                case FaultKind.Latency:
                    time += TimeSpan.FromMilliseconds(hit ? fault.DelayMs : 0);
                    break;
                case FaultKind.Crash when seen > fault.AfterRequests:
                    crash();
                    break;
                case FaultKind.Outage when seen > fault.AfterRequests:
                    silent = true;
                    break;
            }
        }

        await BeSilentAsync(cancellationToken);
        await Task.Delay(time, cancellationToken);
        return well;
    }

    private Task BeSilentAsync(CancellationToken cancellationToken) => silent ? Task.Delay(Timeout.Infinite, cancellationToken) : Task.CompletedTask;
}
