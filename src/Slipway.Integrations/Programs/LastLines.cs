namespace Slipway.Integrations.Programs;

/// <summary>The end of what a program printed, for people.</summary>
internal sealed class LastLines
{
    private const int LinesKept = 5;
    private const int LongestLine = 500;

    private readonly Queue<string> _lines = new();

    public void Add(string line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        lock (_lines)
        {
            _lines.Enqueue(line.Length > LongestLine ? line[..LongestLine] : line);
            if (_lines.Count > LinesKept)
                _lines.Dequeue();
        }
    }

    /// <summary>To stand after what it explains; empty when nothing was printed.</summary>
    public override string ToString()
    {
        lock (_lines)
            return _lines.Count == 0 ? "" : $": {string.Join(" / ", _lines)}";
    }
}
