namespace Slipway.Cluster.Exports;

/// <summary>Tells exports from their repeats: each server numbers what it sends with rising numbers, and sends one at a time.</summary>
internal sealed class ExportRepeats
{
    private readonly Dictionary<string, long> _last = new(StringComparer.Ordinal);

    /// <summary>Takes what is no repeat. What could not be taken is none when it comes again.</summary>
    public void Once(string sender, long sequence, Action take)
    {
        if (_last.GetValueOrDefault(sender) >= sequence)
            return;
        take();
        _last[sender] = sequence;
    }
}
