using System.Collections.Immutable;
using Slipway.Api;

namespace Slipway.Terminal;

/// <summary>What a live view shows at one moment.</summary>
/// <param name="Events">Oldest first; as many of the newest as there is room for are shown.</param>
/// <param name="Header">Lines above everything, for the command's own words.</param>
internal sealed record LiveModel(StatusResponse Status, IReadOnlyList<EventResponse> Events, params ImmutableArray<Line> Header);

/// <summary>The grid, every rollout under way, and the newest events, as one screen. Pure; <see cref="LiveScreen"/> puts it on a terminal.</summary>
internal static class LiveView
{
    private const int FewestEvents = 3;
    private const int MostEvents = 12;

    public static ImmutableArray<Line> Lines(LiveModel model, int width, int height)
    {
        ImmutableArray<Line> above =
        [
            .. model.Header,
            .. model.Header.IsEmpty ? [] : new[] { Line.Empty },
            .. Grid.Lines(model.Status, width),
            .. UnderWay(model.Status).SelectMany(d => (IEnumerable<Line>)[Line.Empty, .. Rollout.Lines(d, model.Status.At, width)]),
        ];
        var room = Math.Clamp(height - above.Length - 2, FewestEvents, MostEvents);
        var events = model.Events.TakeLast(room).Select(e => EventLines.Of(e)).ToList();
        ImmutableArray<Line> all = [.. above, .. events.Count == 0 ? [] : new[] { Line.Empty, new Line(new Span("EVENTS", Tone.Dim)) }, .. events];
        return [.. all.Select(l => l.Cut(width)).Take(Math.Max(1, height))];
    }

    private static IEnumerable<DeploymentStatus> UnderWay(StatusResponse status) =>
        status.Projects.SelectMany(p => p.Environments).Select(e => e.Deployment).OfType<DeploymentStatus>().Where(d => d.EndedAt is null);
}
