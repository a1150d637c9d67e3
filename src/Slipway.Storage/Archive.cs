using System.Formats.Tar;
using System.IO.Compression;

namespace Slipway.Storage;

/// <summary>Archives by their content: .tar.gz, .tar or .zip. Looked through before they are kept, so that unpacking can trust them.</summary>
internal static class Archive
{
    private const UnixFileMode Permissions = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private enum Format
    {
        Unknown,
        TarGz,
        Tar,
        Zip,
    }

    /// <summary>Why an archive is not taken, in words for people; null when it is fine.</summary>
    public static async Task<string?> ProblemAsync(string file, ArtifactLimits limits, CancellationToken cancellationToken)
    {
        try
        {
            return await FormatOfAsync(file, cancellationToken) switch
            {
                Format.Zip => ZipProblem(file, limits),
                Format.Unknown => "it is neither a .tar.gz, nor a .tar, nor a .zip",
                var format => await TarProblemAsync(file, format, limits, cancellationToken),
            };
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            return $"it is damaged ({e.Message})";
        }
    }

    public static async Task UnpackAsync(string file, string directory, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        switch (await FormatOfAsync(file, cancellationToken))
        {
            case Format.Zip:
                await ZipFile.ExtractToDirectoryAsync(file, directory, cancellationToken);
                break;
            case var format:
                await UnpackTarAsync(file, format, directory, cancellationToken);
                break;
        }
    }

    private static async Task<Format> FormatOfAsync(string file, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(file);
        var head = new byte[512];
        var read = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        return head switch
        {
            [0x1f, 0x8b, ..] => Format.TarGz,
            [(byte)'P', (byte)'K', 3 or 5, 4 or 6, ..] => Format.Zip,
            _ when read == head.Length && head.AsSpan(257, 5).SequenceEqual("ustar"u8) => Format.Tar,
            _ => Format.Unknown,
        };
    }

    private static string? ZipProblem(string file, ArtifactLimits limits)
    {
        using var zip = ZipFile.OpenRead(file);
        if (zip.Entries.Count > limits.Entries)
            return $"it has more than {limits.Entries} files";
        if (zip.Entries.FirstOrDefault(e => Leaves(e.FullName)) is { } leaving)
            return $"entry '{leaving.FullName}' leaves the directory it is unpacked into";
        if (zip.Entries.Count == 0)
            return "it has no files";
        var left = limits.UnpackedBytes;
        return zip.Entries.Any(e => e.Length < 0 || (left -= Math.Min(e.Length, left + 1)) < 0) ? $"its files are more than {limits.UnpackedBytes} bytes" : null;
    }

    private static async Task<string?> TarProblemAsync(string file, Format format, ArtifactLimits limits, CancellationToken cancellationToken)
    {
        await using var stream = Open(file, format);
        await using TarReader reader = new(stream);
        var (entries, bytes, links) = (0, 0L, new HashSet<string>(StringComparer.Ordinal));
        while (await reader.GetNextEntryAsync(cancellationToken: cancellationToken) is { } entry)
        {
            if (++entries > limits.Entries)
                return $"it has more than {limits.Entries} files";
            if (entry.Length > limits.UnpackedBytes - bytes)
                return $"its files are more than {limits.UnpackedBytes} bytes";
            bytes += entry.Length;
            if ((Problem(entry) ?? Through(links, entry)) is { } problem)
                return problem;
            if (entry.EntryType is TarEntryType.SymbolicLink)
                links.Add(Plain(entry.Name));
        }

        return entries == 0 ? "it has no files" : null;
    }

    /// <summary>A path below a link is not where it seems to be.</summary>
    private static string? Through(HashSet<string> links, TarEntry entry)
    {
        for (var parent = Path.GetDirectoryName(Plain(entry.Name)); parent is { Length: > 1 }; parent = Path.GetDirectoryName(parent))
        {
            if (links.Contains(parent))
                return $"entry '{entry.Name}' goes through the link '{parent[1..]}'";
        }

        return null;
    }

    private static string Plain(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path, "/"));

    private static string? Problem(TarEntry entry) => entry.EntryType switch
    {
        TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile or TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes =>
            Leaves(entry.Name) ? $"entry '{entry.Name}' leaves the directory it is unpacked into" : null,
        TarEntryType.SymbolicLink => Leaves(entry.Name) || Leaves(Path.Combine(Path.GetDirectoryName(entry.Name) ?? "", entry.LinkName)) || ComesBackUp(entry.LinkName) ? $"link '{entry.Name}' leaves the directory it is unpacked into" : null,
        TarEntryType.HardLink => Leaves(entry.Name) || Leaves(entry.LinkName) ? $"link '{entry.Name}' leaves the directory it is unpacked into" : null,
        _ => $"entry '{entry.Name}' is no file, directory or link",
    };

    private static async Task UnpackTarAsync(string file, Format format, string directory, CancellationToken cancellationToken)
    {
        await using (var stream = Open(file, format))
            await TarFile.ExtractToDirectoryAsync(stream, directory, overwriteFiles: false, cancellationToken);
        if (OperatingSystem.IsWindows())
            return;
        foreach (var path in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Where(p => new FileInfo(p).LinkTarget is null))
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) & Permissions);
    }

    private static Stream Open(string file, Format format) => format is Format.TarGz ? new GZipStream(File.OpenRead(file), CompressionMode.Decompress) : File.OpenRead(file);

    /// <summary>Whether a target goes down and up again: what it goes through may be a link, and then up is not where it seems to be.</summary>
    private static bool ComesBackUp(string target) => target.Split('/').SkipWhile(p => p is ".." or "." or "").Contains("..");

    /// <summary>Whether a relative path climbs out of where it starts.</summary>
    private static bool Leaves(string path)
    {
        const string Root = "/slipway";
        return Path.IsPathRooted(path) || path.Contains('\\', StringComparison.Ordinal) || path.Contains('\0', StringComparison.Ordinal)
            || Path.GetFullPath(path, Root) is var full && full != Root && !full.StartsWith($"{Root}/", StringComparison.Ordinal);
    }
}
