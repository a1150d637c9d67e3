using System.Collections.Immutable;
using System.Globalization;
using Slipway.Core.Releases;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>Everything a process is started with, worked out before anything happens.</summary>
internal sealed record Launch(string Program, ImmutableArray<string> Arguments, string WorkingDirectory, ImmutableSortedDictionary<string, string> Variables)
{
    public const string InstallationVariable = "SLIPWAY_INSTALLATION";
    public const string InstanceVariable = "SLIPWAY_INSTANCE";
    public const string PortVariable = "PORT";

    /// <summary>All a process gets of the server's own variables. Anything else could be a secret of the server.</summary>
    private static readonly ImmutableHashSet<string> Inherited = ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR"];

    /// <summary>The launch, or why it cannot be, in words for people.</summary>
    /// <param name="artifactDirectory">The unpacked artifact; null for a reference, which has no files.</param>
    /// <param name="server">The server's own variables.</param>
    public static (Launch? Launch, string Problem) Of(
        Slot slot, Recipe recipe, int port, string host, string? artifactDirectory, string instanceDirectory, string installation, IReadOnlyDictionary<string, string> server)
    {
        var artifact = artifactDirectory ?? recipe.Artifact.Reference ?? "";
        string Fill(string text) => Placeholders.Fill(text, port, artifact, slot.Id.Candidate.Value);

        var variables = Base(port, host, server);
        foreach (var (name, value) in recipe.Deploy.Variables)
            variables[name] = Fill(value);
        Mark(variables, slot, recipe.Artifact, port, installation);
        if (recipe.Deploy.Command.IsDefaultOrEmpty)
            return (null, "SLIP0701: deploy.process.command names no program; write one, such as `command: ./shop`");
        var (program, problem) = Executables.Find(Fill(recipe.Deploy.Command[0]), artifactDirectory, variables.GetValueOrDefault("PATH", "/usr/bin:/bin"));
        return program is null
            ? (null, problem)
            : (new Launch(program, [.. recipe.Deploy.Command.Skip(1).Select(Fill)], artifactDirectory ?? instanceDirectory, variables.ToImmutable()), "");
    }

    private static ImmutableSortedDictionary<string, string>.Builder Base(int port, string host, IReadOnlyDictionary<string, string> server)
    {
        var variables = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in server)
        {
            if (Inherited.Contains(name) || name.StartsWith("DOTNET_", StringComparison.Ordinal))
                variables[name] = value;
        }

        variables["HOST"] = host;
        variables["ASPNETCORE_URLS"] = $"http://{host}:{port}";
        return variables;
    }

    /// <summary>Last, so that nothing can hide a process from those who look for it.</summary>
    private static void Mark(ImmutableSortedDictionary<string, string>.Builder variables, Slot slot, Artifact artifact, int port, string installation)
    {
        variables[PortVariable] = port.ToString(CultureInfo.InvariantCulture);
        variables["SLIPWAY_VERSION"] = slot.Id.Candidate.Value;
        variables["SLIPWAY_ENVIRONMENT"] = slot.Id.Environment.Name.Value;
        variables["SLIPWAY_PROJECT"] = slot.Id.Environment.Project.Value;
        variables[InstallationVariable] = installation;
        variables[InstanceVariable] = InstanceFiles.NameOf(slot);
        if (artifact is { Kind: ArtifactKind.Reference, Reference: { } reference })
            variables["SLIPWAY_ARTIFACT"] = reference;
    }
}
