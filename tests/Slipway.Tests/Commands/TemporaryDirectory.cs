namespace Slipway.Tests.Commands;

internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("slipway-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
