using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Slipway.Core.Analysis;

/// <summary>
/// What a detector remembers, on its way out or back in. Each part names its fields once, in one order, and the same call writes or reads
/// them, so that what is read is always what was written. Doubles keep every bit; whole numbers and runs of nothing are short.
/// </summary>
internal sealed class Snapshot
{
    private readonly ArrayBufferWriter<byte>? _to;
    private readonly ReadOnlyMemory<byte> _from;
    private int _at;

    /// <summary>To be written.</summary>
    public Snapshot() => _to = new();

    /// <summary>To be read.</summary>
    public Snapshot(ReadOnlyMemory<byte> from) => _from = from;

    public bool IsRestoring => _to is null;

    /// <summary>Whether all of it was read.</summary>
    public bool IsAtEnd => _at == _from.Length;

    public ReadOnlySpan<byte> Written => _to!.WrittenSpan;

    public void Sync(ref double value)
    {
        if (_to is null)
            value = BinaryPrimitives.ReadDoubleLittleEndian(Take(8));
        else
        {
            BinaryPrimitives.WriteDoubleLittleEndian(_to.GetSpan(8), value);
            _to.Advance(8);
        }
    }

    /// <summary>Seven bits a byte, small numbers of either sign first.</summary>
    public void Sync(ref long value)
    {
        if (_to is null)
        {
            ulong read = 0;
            for (var shift = 0; ; shift += 7)
            {
                var part = Take(1)[0];
                read |= (part & 0x7FUL) << shift;
                if (part < 0x80)
                    break;
                if (shift > 56)
                    throw Broken();
            }

            value = (long)(read >> 1) ^ -(long)(read & 1);
            return;
        }

        for (var left = (ulong)((value << 1) ^ (value >> 63)); ; left >>= 7)
        {
            _to.GetSpan(1)[0] = (byte)(left < 0x80 ? left : (left & 0x7F) | 0x80);
            _to.Advance(1);
            if (left < 0x80)
                return;
        }
    }

    public void Sync(ref int value)
    {
        long wide = value;
        Sync(ref wide);
        value = (int)wide;
    }

    public void Sync(ref bool value)
    {
        var number = value ? 1L : 0;
        Sync(ref number);
        value = number == 1;
    }

    public void Sync(ref TimeSpan value)
    {
        var ticks = value.Ticks;
        Sync(ref ticks);
        value = new(ticks);
    }

    public void Sync(ref TimeSpan? value)
    {
        var has = value is not null;
        Sync(ref has);
        var time = value ?? default;
        if (has)
            Sync(ref time);
        value = has ? time : null;
    }

    public void Sync(ref string? value)
    {
        var length = value is null ? -1 : Encoding.UTF8.GetByteCount(value);
        Sync(ref length);
        if (_to is null)
            value = length < 0 ? null : Encoding.UTF8.GetString(Take(length));
        else if (value is not null)
            _to.Advance(Encoding.UTF8.GetBytes(value, _to.GetSpan(length)));
    }

    /// <summary>An array whose length both sides know.</summary>
    public void Sync(double[] values)
    {
        for (var i = 0; i < values.Length; i++)
            Sync(ref values[i]);
    }

    /// <summary>An array whose length both sides know. Runs of zeros, of which histograms mostly consist, are one number.</summary>
    public void Sync(long[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            Sync(ref values[i]);
            if (values[i] != 0)
                continue;
            var run = 0L;
            while (!IsRestoring && i + 1 + run < values.Length && values[i + 1 + run] == 0)
                run++;
            Sync(ref run);
            if (run < 0 || run >= values.Length - i)
                throw Broken();
            values.AsSpan(i + 1, (int)run).Clear();
            i += (int)run;
        }
    }

    public void Sync(ref Window window)
    {
        var (nc, xc, nb, xb) = window;
        Sync(ref nc);
        Sync(ref xc);
        Sync(ref nb);
        Sync(ref xb);
        window = new(nc, xc, nb, xb);
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || _at + count > _from.Length)
            throw Broken();
        _at += count;
        return _from.Span.Slice(_at - count, count);
    }

    private static FormatException Broken() => new("The saved state of an analysis is cut off or spoiled.");
}
