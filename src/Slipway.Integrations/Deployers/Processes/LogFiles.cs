using System.Text;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>What an instance prints. The process writes the files itself, so that nothing of it depends on the server being there.</summary>
internal sealed class LogFiles(string directory)
{
    /// <summary>A file larger than this is moved aside while the process runs: 16 MiB, twice kept, for each of the two.</summary>
    public const long MaximumBytes = 16 << 20;

    private const int Lines = 10;
    private const int LineLength = 300;
    private const int TailBytes = 8 << 10;

    public string Output => Path.Combine(directory, "stdout.log");

    public string Error => Path.Combine(directory, "stderr.log");

    /// <summary>Begins a new run: the last one's logs are kept as <c>.1</c>.</summary>
    public void Rotate()
    {
        foreach (var file in new[] { Output, Error })
        {
            if (File.Exists(file))
                File.Move(file, file + ".1", overwrite: true);
            File.Create(file).Dispose();
        }
    }

    /// <summary>
    /// Copies a file that grew too large to <c>.1</c> and empties it. The process appends, so it goes on at the start; lines printed
    /// between the two are lost.
    /// </summary>
    public void Trim(long maximumBytes)
    {
        foreach (var file in new[] { Output, Error })
        {
            if (new FileInfo(file) is not { Exists: true } info || info.Length <= maximumBytes)
                continue;
            File.Copy(file, file + ".1", overwrite: true);
            using var emptied = new FileStream(file, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite);
        }
    }

    /// <summary>The last lines printed, for a message to people; empty when nothing was.</summary>
    public string Tail()
    {
        var text = new StringBuilder();
        foreach (var (name, file) in new[] { ("stderr", Error), ("stdout", Output) })
        {
            var lines = LastLines(file);
            if (lines.Length > 0)
                text.Append('\n').Append("Last lines of ").Append(name).Append(":\n  ").AppendJoin("\n  ", lines);
        }

        return text.ToString();
    }

    private static string[] LastLines(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            stream.Seek(-Math.Min(stream.Length, TailBytes), SeekOrigin.End);
            var bytes = new byte[TailBytes];
            var read = stream.ReadAtLeast(bytes, TailBytes, throwOnEndOfStream: false);
            return [.. Encoding.UTF8.GetString(bytes, 0, read).Split('\n').Select(Printable).Where(line => line.Length > 0).TakeLast(Lines)];
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static string Printable(string line)
    {
        var clean = new string([.. line.TrimEnd().Where(c => !char.IsControl(c) || c == '\t')]);
        return clean.Length <= LineLength ? clean : clean[..LineLength] + "…";
    }
}
