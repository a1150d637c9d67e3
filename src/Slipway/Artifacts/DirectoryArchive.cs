using System.Formats.Tar;
using System.IO.Compression;

namespace Slipway.Artifacts;

/// <summary>
/// Packs a directory into a .tar.gz so that the same files always give the same bytes, and so the same digest: names sorted, times and
/// owners fixed, permissions and symbolic links kept.
/// </summary>
internal static class DirectoryArchive
{
    /// <summary>Entries are in GNU's format: .NET's PAX writer puts the process id and the time of day into its headers.</summary>
    /// <exception cref="IOException">Something in it cannot be read.</exception>
    public static async Task PackAsync(string directory, Stream to, CancellationToken cancellationToken)
    {
        await using GZipStream gzip = new(to, CompressionLevel.Optimal, leaveOpen: true);
        await using TarWriter tar = new(gzip, TarEntryFormat.Gnu, leaveOpen: true);
        foreach (var item in Items(new DirectoryInfo(directory)))
            await WriteAsync(tar, item, Path.GetRelativePath(directory, item.FullName).Replace('\\', '/'), cancellationToken);
    }

    /// <summary>Everything below a directory, a directory before what is in it; links are not followed.</summary>
    private static IEnumerable<FileSystemInfo> Items(DirectoryInfo directory)
    {
        foreach (var item in directory.EnumerateFileSystemInfos().OrderBy(i => i.Name, StringComparer.Ordinal))
        {
            yield return item;
            if (item is DirectoryInfo { LinkTarget: null } below)
            {
                foreach (var inner in Items(below))
                    yield return inner;
            }
        }
    }

    private static async Task WriteAsync(TarWriter tar, FileSystemInfo item, string name, CancellationToken cancellationToken)
    {
        await using var data = item is FileInfo { LinkTarget: null } ? new FileStream(item.FullName, FileMode.Open, FileAccess.Read, FileShare.Read) : null;
        var (type, path) = item switch
        {
            { LinkTarget: not null } => (TarEntryType.SymbolicLink, name),
            DirectoryInfo => (TarEntryType.Directory, $"{name}/"),
            _ => (TarEntryType.RegularFile, name),
        };
        GnuTarEntry entry = new(type, path)
        {
            ModificationTime = DateTimeOffset.UnixEpoch,
            AccessTime = DateTimeOffset.UnixEpoch,
            ChangeTime = DateTimeOffset.UnixEpoch,
            Mode = Mode(item),
        };
        if (data is not null)
            entry.DataStream = data;
        if (item.LinkTarget is { } target)
            entry.LinkName = target;
        await tar.WriteEntryAsync(entry, cancellationToken);
    }

    /// <summary>A link's own permissions mean nothing and differ between systems.</summary>
    private static UnixFileMode Mode(FileSystemInfo item)
    {
        const UnixFileMode Everything = (UnixFileMode)0b111_111_111;
        const UnixFileMode Usual = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        if (item.LinkTarget is not null)
            return Everything;
        return OperatingSystem.IsWindows() ? Usual : item.UnixFileMode & Everything;
    }
}
