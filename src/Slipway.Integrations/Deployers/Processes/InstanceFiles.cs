using System.Globalization;
using System.Text.Json;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>The directory of one instance: its record and its logs, readable by their owner only.</summary>
internal sealed class InstanceFiles(string root, Slot slot)
{
    private const string RecordName = "instance.json";

    /// <summary>Follows the version in the name of its fresh instances. No version has such a sign in its own name.</summary>
    private const string BaselineSuffix = "~baseline";

    /// <summary>Sets the number apart from what it follows.</summary>
    private const char Mark = '~';

    /// <summary>No deeper: below that is what the processes themselves write.</summary>
    private static readonly EnumerationOptions ThreeDeep = new() { RecurseSubdirectories = true, MaxRecursionDepth = 3, AttributesToSkip = FileAttributes.ReparsePoint };

    public string Directory { get; } = Path.Combine(root, NameOf(slot));

    private string RecordPath => Path.Combine(Directory, RecordName);

    /// <summary>The instances that have a record under the root. What is named otherwise is nobody's.</summary>
    public static IEnumerable<Slot> Recorded(string root) =>
        System.IO.Directory.Exists(root)
            ? System.IO.Directory.EnumerateFiles(root, RecordName, ThreeDeep)
                .Select(file => Parse(Path.GetRelativePath(root, Path.GetDirectoryName(file)!)))
                .OfType<Slot>()
            : [];

    /// <summary>
    /// The name of an instance on disk and in its process: <c>project/environment/candidate</c>, followed by <c>~baseline</c> for a fresh one of
    /// the baseline, and from the second on by <c>~2</c>, <c>~3</c> and so on.
    /// </summary>
    public static string NameOf(Slot slot)
    {
        var id = slot.Id;
        var number = slot.Number == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"{Mark}{slot.Number}");
        return $"{Name(id.Environment.Project.Value)}/{Name(id.Environment.Name.Value)}/{Name(id.Candidate.Value)}{(id.Role is InstanceRole.Baseline ? BaselineSuffix : "")}{number}";
    }

    /// <summary>Reads what <see cref="NameOf"/> wrote; null when it is nothing of the kind.</summary>
    public static Slot? Parse(string text)
    {
        var (rest, number) = Numbered(text);
        var (name, role) = rest.EndsWith(BaselineSuffix, StringComparison.Ordinal) ? (rest[..^BaselineSuffix.Length], InstanceRole.Baseline) : (rest, InstanceRole.Serving);
        return name.Split('/') is [var project, var environment, var candidate] && IsName(project) && IsName(environment) && IsName(candidate)
            ? new Slot(new InstanceId(new EnvironmentKey(new ProjectId(project), new EnvironmentName(environment)), new CandidateId(candidate), role), number)
            : null;
    }

    public void Create()
    {
        if (OperatingSystem.IsWindows())
            System.IO.Directory.CreateDirectory(Directory);
        else
            System.IO.Directory.CreateDirectory(Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Null when there is none, or none that can be read.</summary>
    public InstanceRecord? Read()
    {
        try
        {
            var record = JsonSerializer.Deserialize<InstanceRecord>(File.ReadAllBytes(RecordPath), RecordJson.Options);
            return record?.Id == slot.Id ? record : null;
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException or DirectoryNotFoundException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Replaces the record in one step: a crash leaves the old one or the new one.</summary>
    public void Write(InstanceRecord record)
    {
        Create();
        var next = RecordPath + ".new";
        File.WriteAllBytes(next, JsonSerializer.SerializeToUtf8Bytes(record, RecordJson.Options));
        File.Move(next, RecordPath, overwrite: true);
    }

    public void Delete()
    {
        if (System.IO.Directory.Exists(Directory))
            File.Delete(RecordPath);
    }

    /// <summary>A number is written as this class writes it or is none, so that no process has two names.</summary>
    private static (string Name, int Number) Numbered(string text) =>
        text.LastIndexOf(Mark) is >= 0 and var at && text.AsSpan(at + 1) is [>= '1' and <= '9', ..] digits
        && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 1
            ? (text[..at], number)
            : (text, 1);

    private static string Name(string part) =>
        IsName(part) ? part : throw new ArgumentException($"'{part}' cannot name a directory; names were to be checked before", nameof(part));

    private static bool IsName(string part) =>
        part.Length is >= 1 and <= 128 && char.IsAsciiLetterOrDigit(part[0]) && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '+' or '-');
}
