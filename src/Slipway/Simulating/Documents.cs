using Slipway.Api;
using Slipway.Core.Configuration;
using Slipway.Server.Configuration;
using Slipway.Simulation;

namespace Slipway.Simulating;

/// <summary>Reads the files of the commands that need no server.</summary>
internal static class Documents
{
    public static Core.Projects.Project Project(string file) => DocumentReader.Read(Tree(file)) switch
    {
        ReadResult.Accepted accepted => accepted.Project,
        ReadResult.Refused refused => throw Refused(refused.Problems),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>A part of a document that was written on the command line.</summary>
    public static Core.Projects.Project Part(string yaml, string place) => YamlReader.ReadTree(yaml, place) switch
    {
        YamlTree.Read read when DocumentReader.Read(read.Root) is var result => result is ReadResult.Accepted accepted ? accepted.Project : throw Refused(((ReadResult.Refused)result).Problems),
        YamlTree.Refused refused => throw Refused([refused.Problem]),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public static WorldSpec World(string? file, Core.Projects.Project project)
    {
        if (file is null)
            return WorldReader.Empty(project);
        var result = WorldReader.Read(Tree(file), project);
        return result.World ?? throw Refused(result.Problems);
    }

    public static string Text(string file)
    {
        if (!File.Exists(file))
            throw Refusal.File(file, "there is no such file", "name another one");
        if (new FileInfo(file).Length > 16 * 1024 * 1024)
            throw Refusal.File(file, "it is larger than 16 MiB", "name another one");
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refusal.File(file, $"it cannot be read: {e.Message}", "make it readable");
        }
    }

    private static Node Tree(string file) => YamlReader.ReadTree(Text(file), Path.GetFileName(file)) switch
    {
        YamlTree.Read read => read.Root,
        YamlTree.Refused refused => throw Refused([refused.Problem]),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static Refusal Refused(IEnumerable<Problem> problems) => new(ExitCode.Failed, [.. problems.Select(p => new ProblemItem(p.Code, p.Place, p.Message, p.Remedy))]);
}
