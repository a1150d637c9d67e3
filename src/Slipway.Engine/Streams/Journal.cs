using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Core;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Streams;

/// <summary>Events to and from their stored form. The stored type name is the one declared on the event family.</summary>
internal static class Journal<TEvent> where TEvent : class
{
    private static readonly FrozenDictionary<Type, string> Names = typeof(TEvent).GetCustomAttributes<JsonDerivedTypeAttribute>()
        .ToFrozenDictionary(a => a.DerivedType, a => (string)a.TypeDiscriminator!);

    public static NewEvent Write(TEvent e, DateTimeOffset at) => new(Names[e.GetType()], JsonSerializer.Serialize(e, SlipwayJson.Options), at);

    public static TEvent Read(RecordedEvent e) =>
        JsonSerializer.Deserialize<TEvent>(e.Data, SlipwayJson.Options) ?? throw new JsonException($"event {e.Position} of {e.Stream} is empty");
}
