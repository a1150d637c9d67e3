using System.Collections.Immutable;

namespace Slipway.Terminal;

/// <summary>A table as lines. Columns are as wide as their content, the widest shrink until all fit, and cells wrap rather than lose anything.</summary>
internal sealed class Columns(params ImmutableArray<string> heads)
{
    private const string Gap = "  ";
    private const int Narrowest = 7;

    private readonly List<Row> _rows = [];

    /// <summary>A row whose cells each have one piece of text.</summary>
    public void Add(params ReadOnlySpan<Span> cells)
    {
        var row = ImmutableArray.CreateBuilder<ImmutableArray<Span>>(cells.Length);
        foreach (var cell in cells)
            row.Add([cell]);
        _rows.Add(new Row(row.ToImmutable(), []));
    }

    /// <param name="cells">Each cell with its lines.</param>
    /// <param name="notes">Sentences under the row, over its whole width.</param>
    public void Add(ImmutableArray<ImmutableArray<Span>> cells, ImmutableArray<Span> notes) => _rows.Add(new Row(cells, notes));

    public IEnumerable<Line> Lines(int width)
    {
        var widths = Widths(width);
        foreach (var row in _rows.Prepend(new Row([.. heads.Select(h => ImmutableArray.Create(new Span(h, Tone.Dim)))], [])))
        {
            var cells = row.Cells.Select((cell, i) => cell.SelectMany(s => Wrap.Span(s, widths[i])).ToImmutableArray()).ToImmutableArray();
            for (var line = 0; line < cells.Max(c => c.Length); line++)
                yield return Joined([.. cells.Select(c => line < c.Length ? c[line] : new Span(""))], widths);
            foreach (var note in row.Notes.SelectMany(n => Wrap.Hanging("  ", n.Text, width, n.Tone)))
                yield return note;
        }
    }

    private static Line Joined(ImmutableArray<Span> cells, int[] widths) =>
        new([.. cells.SelectMany((cell, i) => new[] { cell, new Span(i == cells.Length - 1 ? "" : new string(' ', widths[i] - cell.Text.Length) + Gap) })]);

    private int[] Widths(int width)
    {
        var widths = heads.Select((h, i) => _rows.SelectMany(r => r.Cells[i]).Select(s => s.Text.Length).Append(h.Length).Max()).ToArray();
        var room = width - (Gap.Length * (heads.Length - 1));
        while (widths.Sum() > room && widths.Max() > Narrowest)
            widths[Array.IndexOf(widths, widths.Max())]--;
        return widths;
    }

    private sealed record Row(ImmutableArray<ImmutableArray<Span>> Cells, ImmutableArray<Span> Notes);
}
