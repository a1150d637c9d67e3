using System.Buffers.Binary;

namespace Slipway.Integrations.Tests.Metrics;

/// <summary>Writes one native histogram as Prometheus scrapes it: a length and a <c>MetricFamily</c> of its client model, which text cannot hold.</summary>
internal static class NativeExposition
{
    public static byte[] Write(string name, int schema, IReadOnlyDictionary<int, long> buckets)
    {
        Message histogram = new();
        histogram.Number(1, (ulong)buckets.Values.Sum()).Double(2, 1);
        histogram.Number(5, ZigZag(schema)).Double(6, 1e-9).Number(7, 0);
        var (before, next) = (0L, int.MinValue);
        List<Message> spans = [];
        List<ulong> deltas = [];
        foreach (var (index, count) in buckets.OrderBy(b => b.Key))
        {
            // Index i of the exposition is the bucket that ends at base^i, so one above ours. Each span is one bucket.
            spans.Add(new Message().Number(1, ZigZag(next == int.MinValue ? index + 1 : index - next)).Number(2, 1));
            deltas.Add(ZigZag(count - before));
            (before, next) = (count, index + 1);
        }

        foreach (var span in spans)
            histogram.Nested(12, span);
        foreach (var delta in deltas)
            histogram.Number(13, delta);
        var metric = new Message().Nested(1, new Message().Text(1, "version").Text(2, "native")).Nested(7, histogram);
        var family = new Message().Text(1, name).Text(2, "how long").Number(3, 4).Nested(4, metric);
        return new Message().Raw(family).ToArray();
    }

    private static ulong ZigZag(long number) => (ulong)((number << 1) ^ (number >> 63));

    private sealed class Message
    {
        private readonly List<byte> _bytes = [];

        public Message Number(int field, ulong value) => Varint((ulong)field << 3).Varint(value);

        public Message Double(int field, double value)
        {
            Varint(((ulong)field << 3) | 1);
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
            _bytes.AddRange(bytes);
            return this;
        }

        public Message Text(int field, string text) => Bytes(field, System.Text.Encoding.UTF8.GetBytes(text));

        public Message Nested(int field, Message message) => Bytes(field, message.ToArray());

        public Message Raw(Message message)
        {
            Varint((ulong)message._bytes.Count);
            _bytes.AddRange(message._bytes);
            return this;
        }

        public byte[] ToArray() => [.. _bytes];

        private Message Bytes(int field, byte[] bytes)
        {
            Varint(((ulong)field << 3) | 2).Varint((ulong)bytes.Length);
            _bytes.AddRange(bytes);
            return this;
        }

        private Message Varint(ulong value)
        {
            for (; value >= 0x80; value >>= 7)
                _bytes.Add((byte)(value | 0x80));
            _bytes.Add((byte)value);
            return this;
        }
    }
}
