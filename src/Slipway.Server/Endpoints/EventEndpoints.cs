using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Slipway.Api;
using Slipway.Engine.Feed;
using Slipway.Engine.Ports;
using Slipway.Server.Views;

namespace Slipway.Server.Endpoints;

/// <summary>The one feed of all events, as pages and as a live stream that can be resumed.</summary>
internal static class EventEndpoints
{
    private const int Page = 500;

    /// <summary>What thousands of followers are told of one event is made once, and forgotten with it.</summary>
    private static readonly ConditionalWeakTable<RecordedEvent, byte[]> Told = [];

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/events", ListAsync).WithName("ListEvents").WithSummary("Up to 500 events after a position.").Produces<IReadOnlyList<EventResponse>>().Produces<ProblemResponse>(410);
        api.MapGet("/events/stream", StreamAsync).WithName("FollowEvents").WithSummary("Server-sent events after a position (or Last-Event-ID), then those to come.").Produces<string>(200, "text/event-stream").Produces<ProblemResponse>(410);
    }

    private static async Task<IResult> ListAsync(long? after, IEventStore store, EventFeed feed, CancellationToken cancellationToken) =>
        await feed.RefusesAsync(after ?? 0, cancellationToken) is { } gone ? Answers.Problem(gone)
        : Results.Ok((await store.ReadAllAsync(Math.Max(0, after ?? 0), Page, cancellationToken)).Select(ExplainView.Event));

    private static async Task<IResult> StreamAsync(long? after, HttpRequest request, EventFeed feed, IHostApplicationLifetime lifetime, IOptions<JsonOptions> json, CancellationToken cancellationToken)
    {
        var from = long.TryParse(request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : after ?? 0;
        if (await feed.RefusesAsync(from, cancellationToken) is { } gone)
            return Answers.Problem(gone);
        return TypedResults.ServerSentEvents(ItemsAsync(feed, Math.Max(0, from), lifetime, json.Value.SerializerOptions, cancellationToken));
    }

    /// <summary>Ends when the server stops, so that a follower does not hold up its shutdown.</summary>
    private static async IAsyncEnumerable<SseItem<byte[]>> ItemsAsync(EventFeed feed, long after, IHostApplicationLifetime lifetime, JsonSerializerOptions json, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        await using var events = feed.FollowAsync(after, either.Token).GetAsyncEnumerator(either.Token);
        while (await NextAsync(events))
            yield return new SseItem<byte[]>(Told.GetValue(events.Current, e => JsonSerializer.SerializeToUtf8Bytes(ExplainView.Event(e), json))) { EventId = events.Current.Position.ToString(CultureInfo.InvariantCulture) };
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<RecordedEvent> events)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
