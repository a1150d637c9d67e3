namespace Slipway.Gateway.Mirroring;

/// <summary>Keeps what is read through it. Whoever reads waits for nothing more than without it.</summary>
/// <param name="body">The request's body.</param>
/// <param name="length">How long it is.</param>
internal sealed class BodyTee(Stream body, int length) : Stream
{
    private readonly TaskCompletionSource _whole = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _read;

    /// <summary>The body, as far as it has been read.</summary>
    public byte[] Kept { get; } = new byte[length];

    /// <summary>Completes when all of it has been read, which may be never.</summary>
    public Task Whole => _whole.Task;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await body.ReadAsync(buffer, cancellationToken);
        Keep(buffer.Span[..count]);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = body.Read(buffer, offset, count);
        Keep(buffer.AsSpan(offset, read));
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Keep(ReadOnlySpan<byte> piece)
    {
        if (piece.IsEmpty || piece.Length > length - _read)
            return;
        piece.CopyTo(Kept.AsSpan(_read));
        _read += piece.Length;
        if (_read == length)
            _whole.TrySetResult();
    }
}
