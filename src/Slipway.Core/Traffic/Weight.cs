using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Core.Traffic;

/// <summary>A share of users in basis points of 100,000: 1,000 is 1 %, 1 is 0.001 %. Range 0 to 100,000.</summary>
[JsonConverter(typeof(WeightJsonConverter))]
public readonly record struct Weight : IComparable<Weight>
{
    /// <summary>Everyone.</summary>
    public const int Whole = 100_000;

    public Weight(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Whole);
        Value = value;
    }

    public int Value { get; }

    public static Weight None => default;

    public static Weight Full => new(Whole);

    /// <summary>0 to 1.</summary>
    public double Share => Value / (double)Whole;

    public decimal Percent => Value / 1000m;

    /// <summary>From a percentage; null when outside 0 to 100 or finer than 0.001 %.</summary>
    public static Weight? FromPercent(decimal percent) =>
        percent is >= 0 and <= 100 && percent * 1000m == decimal.Truncate(percent * 1000m) ? new Weight((int)(percent * 1000m)) : null;

    public int CompareTo(Weight other) => Value.CompareTo(other.Value);

    public static bool operator <(Weight left, Weight right) => left.Value < right.Value;

    public static bool operator >(Weight left, Weight right) => left.Value > right.Value;

    public static bool operator <=(Weight left, Weight right) => left.Value <= right.Value;

    public static bool operator >=(Weight left, Weight right) => left.Value >= right.Value;

    /// <summary>As people read it: <c>2.5 %</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Percent:0.###} %");
}

internal sealed class WeightJsonConverter : JsonConverter<Weight>
{
    public override Weight Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt32());

    public override void Write(Utf8JsonWriter writer, Weight value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
}
