using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text.Unicode;

namespace Slipway.Core.Traffic;

/// <summary>
/// The published hash that decides which users are on the candidate side (<c>docs/traffic-hash.md</c>): MurmurHash3 x86 32-bit (Austin
/// Appleby, public domain) with seed 0 over the UTF-8 of <c>salt:key</c>, modulo 100,000. Changing it moves people between versions.
/// </summary>
public static class UserHash
{
    /// <summary>Where the slices of a project are laid out: one salt for all of its percentages, so that they never overlap.</summary>
    public static string SliceSalt(Projects.ProjectId project) => $"{project}/slices";

    /// <summary>The user's bucket, 0 to 99,999. Any length; invalid UTF-16 counts as U+FFFD. Allocates nothing.</summary>
    public static int Bucket(ReadOnlySpan<char> salt, ReadOnlySpan<char> key) => (int)(Of(salt, key) % Weight.Whole);

    /// <summary>What the bucket is made from, in full. Allocates nothing.</summary>
    internal static uint Of(ReadOnlySpan<char> salt, ReadOnlySpan<char> key)
    {
        var murmur = new Murmur(stackalloc byte[Murmur.BufferBytes]);
        murmur.Add(salt);
        murmur.Add(":");
        murmur.Add(key);
        return murmur.Finish();
    }

    /// <summary>Whether a weight puts the user on the candidate side: a growing weight only ever adds users.</summary>
    public static bool IsCandidate(ReadOnlySpan<char> salt, ReadOnlySpan<char> key, Weight weight) => Bucket(salt, key) < weight.Value;

    /// <summary>MurmurHash3_x86_32 with seed 0 of any text, for checking against other implementations' vectors.</summary>
    public static uint Murmur3(ReadOnlySpan<char> text)
    {
        var murmur = new Murmur(stackalloc byte[Murmur.BufferBytes]);
        murmur.Add(text);
        return murmur.Finish();
    }

    /// <summary>Hashes text piece by piece through a small buffer, so that a key of any length needs no memory of its own.</summary>
    private ref struct Murmur(Span<byte> buffer)
    {
        public const int BufferBytes = 256;

        private readonly Span<byte> _buffer = buffer;
        private uint _hash;
        private uint _length;
        private int _waiting;

        public void Add(ReadOnlySpan<char> text)
        {
            OperationStatus status;
            do
            {
                status = Utf8.FromUtf16(text, _buffer[_waiting..], out var read, out var written, replaceInvalidSequences: true, isFinalBlock: true);
                text = text[read..];
                _waiting += written;
                MixWholeBlocks();
            }
            while (status == OperationStatus.DestinationTooSmall);
        }

        public uint Finish()
        {
            if (_waiting > 0)
            {
                _buffer[_waiting..4].Clear();
                _hash ^= Scramble(BinaryPrimitives.ReadUInt32LittleEndian(_buffer));
            }

            var h = _hash ^ (_length + (uint)_waiting);
            h = (h ^ (h >> 16)) * 0x85EBCA6B;
            h = (h ^ (h >> 13)) * 0xC2B2AE35;
            return h ^ (h >> 16);
        }

        private static uint Scramble(uint block) => BitOperations.RotateLeft(block * 0xCC9E2D51, 15) * 0x1B873593;

        private void MixWholeBlocks()
        {
            var whole = _waiting & ~3;
            for (var i = 0; i < whole; i += 4)
                _hash = (BitOperations.RotateLeft(_hash ^ Scramble(BinaryPrimitives.ReadUInt32LittleEndian(_buffer[i..])), 13) * 5) + 0xE6546B64;
            _buffer[whole.._waiting].CopyTo(_buffer);
            _length += (uint)whole;
            _waiting -= whole;
        }
    }
}
