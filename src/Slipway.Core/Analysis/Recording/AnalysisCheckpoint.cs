using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Slipway.Core.Analysis.Recording;

/// <summary>Where the checks of a deployment stand: how many chunks of windows are complete, and the windows behind them.</summary>
/// <param name="Chunks">Number of the newest complete chunk; 0: none.</param>
/// <param name="Open">The windows after it, as a <see cref="WindowWriter"/> wrote them.</param>
public sealed record AnalysisCheckpoint(int Chunks, ReadOnlyMemory<byte> Open)
{
    private const byte Form = 1;
    private const int Head = 1 + sizeof(int) + sizeof(int);

    /// <summary>What the checks have learned of all windows, those after the chunks among them; empty when it was not kept.</summary>
    public ReadOnlyMemory<byte> State { get; init; }

    /// <exception cref="FormatException">The windows are damaged, or were written by a newer Slipway.</exception>
    public ImmutableArray<ObservedWindow> Windows => WindowReader.Read(Open.Span);

    public byte[] ToBytes()
    {
        var bytes = new byte[Head + State.Length + Open.Length];
        bytes[0] = Form;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1), Chunks);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1 + sizeof(int)), State.Length);
        State.Span.CopyTo(bytes.AsSpan(Head));
        Open.Span.CopyTo(bytes.AsSpan(Head + State.Length));
        return bytes;
    }

    /// <exception cref="FormatException">The bytes are damaged, or were written by a newer Slipway.</exception>
    public static AnalysisCheckpoint Read(ReadOnlyMemory<byte> bytes) =>
        bytes.Length >= Head && bytes.Span[0] == Form && BinaryPrimitives.ReadInt32LittleEndian(bytes.Span[(1 + sizeof(int))..]) is >= 0 and var state && state <= bytes.Length - Head
        ? new AnalysisCheckpoint(BinaryPrimitives.ReadInt32LittleEndian(bytes.Span[1..]), bytes[(Head + state)..]) { State = bytes.Slice(Head, state) }
        : throw new FormatException("the checkpoint of the checks is damaged, or was written by a newer Slipway");
}
