using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Core;
using Slipway.Core.Configuration;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Streams;

/// <summary>Events to and from their stored form. The stored type name is the one declared on the event family.</summary>
internal static class Journal<TEvent> where TEvent : class
{
    private static readonly FrozenDictionary<Type, string> Names = typeof(TEvent).GetCustomAttributes<JsonDerivedTypeAttribute>()
        .ToFrozenDictionary(a => a.DerivedType, a => (string)a.TypeDiscriminator!);

    public static NewEvent Write(TEvent e, DateTimeOffset at) => new(Names[e.GetType()], JsonSerializer.Serialize(e, SlipwayJson.Options), at);

    private static readonly FrozenSet<string> Known = Names.Values.ToFrozenSet(StringComparer.Ordinal);

    /// <exception cref="HistoryException">It is of a kind, or has parts, that only a newer Slipway knows; or it is damaged.</exception>
    public static TEvent Read(RecordedEvent e)
    {
        if (!Known.Contains(e.Type))
            throw new HistoryException(new Problem("SLIP0532", e.Stream, $"event {e.Version} is a '{e.Type}', which this Slipway does not know: a newer one wrote it", "run that one"));
        try
        {
            return JsonSerializer.Deserialize<TEvent>(e.Data, SlipwayJson.Options) ?? throw new JsonException("it is empty");
        }
        catch (JsonException unreadable)
        {
            throw new HistoryException(new Problem("SLIP0532", e.Stream, $"event {e.Version}, a '{e.Type}', cannot be read: {unreadable.Message}", "run the newer Slipway that wrote it; if none did, restore a backup"), unreadable);
        }
    }
}
