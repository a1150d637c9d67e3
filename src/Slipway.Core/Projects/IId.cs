using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Core.Projects;

/// <summary>A name with a type of its own, written to JSON as a plain string.</summary>
public interface IId<TSelf> where TSelf : struct, IId<TSelf>
{
    string Value { get; }

    static abstract TSelf From(string value);
}

internal sealed class IdJsonConverter<T> : JsonConverter<T> where T : struct, IId<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        T.From(reader.GetString() ?? throw new JsonException("an id cannot be null"));

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);

    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        T.From(reader.GetString()!);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WritePropertyName(value.Value);
}
