using Slipway.Api;

namespace Slipway.Terminal;

/// <summary>An event as a line.</summary>
internal static class EventLines
{
    public static Line Of(EventResponse e, bool position = false) =>
        new([new Span($"{(position ? $"{e.Position,6}  " : "")}{Figures.Time(e.At)}  ", Tone.Dim), new Span($"{e.Stream}  "), e.Summary]);
}
