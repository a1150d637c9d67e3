using System.Collections.Immutable;
using System.IO.Compression;

namespace Slipway.Core.Analysis.Recording;

/// <summary>Windows in the form in which they are kept: one byte that names the form, then their bytes, compressed.</summary>
public static class WindowChunk
{
    private const byte Form = 1;

    /// <summary>Smaller than this hardly gets smaller for ten times the work.</summary>
    private const int Quality = 4;
    private const int Window = 16;

    /// <summary>No chunk is ever near this; what claims to be is damaged.</summary>
    private const int MostBytes = 16 << 20;

    public static byte[] Pack(ReadOnlySpan<byte> written)
    {
        var packed = new byte[BrotliEncoder.GetMaxCompressedLength(written.Length) + 1];
        packed[0] = Form;
        return BrotliEncoder.TryCompress(written, packed.AsSpan(1), out var length, Quality, Window)
            ? packed[..(length + 1)]
            : throw new InvalidOperationException("Compressing into a buffer of the greatest possible length failed.");
    }

    /// <exception cref="FormatException">The bytes are damaged, or were written by a newer Slipway.</exception>
    public static ImmutableArray<ObservedWindow> Unpack(ReadOnlySpan<byte> packed)
    {
        if (packed is not [Form, ..])
            throw new FormatException("the recorded windows are in a form that this Slipway does not know");
        for (var room = Math.Max(4096, packed.Length * 16); room <= MostBytes; room *= 4)
        {
            var plain = new byte[room];
            if (BrotliDecoder.TryDecompress(packed[1..], plain, out var length))
                return WindowReader.Read(plain.AsSpan(0, length));
        }

        throw new FormatException("the recorded windows are damaged");
    }
}
