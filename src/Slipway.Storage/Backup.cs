using System.Formats.Tar;
using System.IO.Compression;
using Microsoft.Data.Sqlite;
using Slipway.Core.Configuration;

namespace Slipway.Storage;

/// <summary>
/// Everything of a data directory that cannot be had back otherwise, in one file: the events as of one moment, artifacts, keys and the token.
/// Not what runs: instances and their logs. A server may run meanwhile.
/// </summary>
public static class Backup
{
    private const string Database = "slipway.db";

    /// <summary>Kept with the database: without them a restored installation would be another one.</summary>
    private static readonly string[] Files = ["installation", "token", "hook-key"];

    /// <exception cref="StoreException">There is nothing to back up, or the file cannot be written.</exception>
    public static async Task WriteAsync(string dataDirectory, string file, CancellationToken cancellationToken)
    {
        var database = Path.Combine(dataDirectory, Database);
        if (!File.Exists(database))
            throw new StoreException(new Problem("SLIP0521", dataDirectory, "there is no database to back up", "name the server's data directory with `--data`; of PostgreSQL, take a backup with pg_dump"));
        var copy = $"{file}.db";
        var part = $"{file}.part";
        try
        {
            CreateForOwner(copy).Dispose();
            Snapshot(database, copy);
            await using (var stream = CreateForOwner(part))
            await using (GZipStream compressed = new(stream, CompressionLevel.Fastest))
            await using (TarWriter tar = new(compressed, TarEntryFormat.Pax))
            {
                await tar.WriteEntryAsync(copy, Database, cancellationToken);
                foreach (var (path, name) in Entries(dataDirectory))
                    await tar.WriteEntryAsync(path, name, cancellationToken);
            }

            File.Move(part, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            throw new StoreException(new Problem("SLIP0522", file, $"the backup could not be written ({e.Message})", "make room, and name a file in a directory that can be written"), e);
        }
        finally
        {
            File.Delete(copy);
            File.Delete(part);
        }
    }

    /// <summary>Makes a data directory of a backup.</summary>
    /// <exception cref="StoreException">The directory is not empty, or the file is no backup.</exception>
    public static async Task RestoreAsync(string file, string dataDirectory, CancellationToken cancellationToken)
    {
        if (Directory.Exists(dataDirectory) && Directory.EnumerateFileSystemEntries(dataDirectory).Any())
            throw new StoreException(new Problem("SLIP0523", dataDirectory, "the directory is not empty", "name a new one with `--data`: nothing is ever restored over an installation"));
        var part = $"{dataDirectory.TrimEnd(Path.DirectorySeparatorChar)}.part";
        try
        {
            if (Directory.Exists(part))
                Directory.Delete(part, recursive: true);
            Directory.CreateDirectory(part);
            await using (var stream = File.OpenRead(file))
            await using (GZipStream compressed = new(stream, CompressionMode.Decompress))
                await TarFile.ExtractToDirectoryAsync(compressed, part, overwriteFiles: false, cancellationToken);
            SqliteEventStore.Open(Path.Combine(part, Database)).Dispose();
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(part, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (Directory.Exists(dataDirectory))
                Directory.Delete(dataDirectory);
            Directory.Move(part, dataDirectory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new StoreException(new Problem("SLIP0524", file, $"it could not be restored ({e.Message})", "name a file that `slipway backup` wrote, and a directory that can be written"), e);
        }
        finally
        {
            if (Directory.Exists(part))
                Directory.Delete(part, recursive: true);
        }
    }

    /// <summary>SQLite's own way to copy a database that is written at the same time: the copy is as of one moment.</summary>
    private static void Snapshot(string database, string copy)
    {
        using SqliteConnection from = new(new SqliteConnectionStringBuilder { DataSource = database, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        using SqliteConnection to = new(new SqliteConnectionStringBuilder { DataSource = copy, Pooling = false }.ToString());
        from.Open();
        to.Open();
        from.BackupDatabase(to);
    }

    private static FileStream CreateForOwner(string file) => OperatingSystem.IsWindows()
        ? File.Create(file)
        : new FileStream(file, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });

    /// <summary>Artifacts by their digests; what is unpacked beside them is unpacked again when it is needed.</summary>
    private static IEnumerable<(string Path, string Name)> Entries(string data)
    {
        foreach (var name in Files.Where(f => File.Exists(Path.Combine(data, f))))
            yield return (Path.Combine(data, name), name);
        var artifacts = Path.Combine(data, "artifacts", "sha256");
        if (!Directory.Exists(artifacts))
            yield break;
        foreach (var path in Directory.EnumerateFiles(artifacts).Where(f => !Path.GetFileName(f).Contains('.', StringComparison.Ordinal)).Order(StringComparer.Ordinal))
            yield return (path, $"artifacts/sha256/{Path.GetFileName(path)}");
    }
}
