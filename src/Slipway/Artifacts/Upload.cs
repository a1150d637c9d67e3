using Slipway.Api;
using Slipway.Terminal;
using Spectre.Console;

namespace Slipway.Artifacts;

/// <summary>Brings a directory or an archive to the server, with a progress bar where a person looks.</summary>
internal static class Upload
{
    public static async Task<ArtifactResponse> SendAsync(string path, SlipwayClient client, CliContext cli, CancellationToken cancellationToken)
    {
        try
        {
            await using var archive = Directory.Exists(path) ? await PackAsync(path, cancellationToken) : Open(path);
            return await SendAsync(archive, client, cli, cancellationToken);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException { InnerException: null } and not HttpIOException)
        {
            throw Refusal.File(path, $"it cannot be read: {e.Message}", "make it readable, and let nothing change it meanwhile");
        }
    }

    private static FileStream Open(string path) => File.Exists(path)
        ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read)
        : throw Refusal.File(path, "there is no such directory or archive", "name a directory, a .tar.gz, a .tar or a .zip, or use `--reference`");

    /// <summary>Into a file that is gone when it is closed: the whole may be larger than memory.</summary>
    private static async Task<FileStream> PackAsync(string directory, CancellationToken cancellationToken)
    {
        if (!Directory.EnumerateFileSystemEntries(directory).Any())
            throw Refusal.File(directory, "the directory is empty", "name the directory that holds the release's files");
        FileStream file = new(Path.Combine(Path.GetTempPath(), $"slipway-{Guid.NewGuid():n}.tar.gz"), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        });
        try
        {
            await DirectoryArchive.PackAsync(directory, file, cancellationToken);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private static Task<ArtifactResponse> SendAsync(FileStream archive, SlipwayClient client, CliContext cli, CancellationToken cancellationToken) => cli.ErrorIsTerminal
        ? Consoles.Of(cli, cli.Error, isTerminal: true).Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new DownloadedColumn(), new TransferSpeedColumn())
            .StartAsync(async progress =>
            {
                var bar = progress.AddTask("uploading", maxValue: Math.Max(1, archive.Length));
                return await client.UploadAsync(new CountingStream(archive, position => bar.Value = position), cancellationToken);
            })
        : client.UploadAsync(archive, cancellationToken);
}
