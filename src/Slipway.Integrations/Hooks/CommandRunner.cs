using System.Globalization;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;
using Slipway.Integrations.Deployers.Processes;
using Slipway.Integrations.Programs;

namespace Slipway.Integrations.Hooks;

/// <summary>Runs programs of the artifact, or of the server's machine, in the artifact's directory; never a shell line. Exit code 0 is success.</summary>
internal sealed class CommandRunner(IArtifactStore artifacts, Func<string, string?> variable)
{
    public async Task<HookTry> RunAsync(HookSpec.Command hook, HookCall call, int attempt, CancellationToken cancellationToken)
    {
        var artifact = call.Deployment.Candidate.Artifact is { Kind: ArtifactKind.Archive } archive ? await artifacts.UnpackAsync(archive, cancellationToken) : null;
        var (program, problem) = Executables.Find(hook.Line[0], artifact, variable("PATH") ?? "/usr/bin:/bin");
        if (program is null)
            return new HookTry(problem, false, null);
        LastLines said = new();
        var end = await ProgramRun.RunAsync(program, hook.Line.Skip(1).Select(word => Fill(word, call)), artifact ?? Path.GetTempPath(), variable, Variables(call, attempt), said.Add, said.Add, cancellationToken);
        return end.ExitCode switch
        {
            null => new HookTry($"'{hook.Line[0]}' cannot be run: {end.Problem}; write a program of the artifact, one on the server's PATH, or a full path", false, null),
            0 => HookTry.Succeeded,
            { } code => HookTry.Failed($"exit code {code.ToString(CultureInfo.InvariantCulture)}{said}"),
        };
    }

    private static string Fill(string word, HookCall call) => word.Replace("{version}", call.Deployment.Candidate.Candidate.Value, StringComparison.Ordinal)
        .Replace("{environment}", call.Deployment.Environment.Name.Value, StringComparison.Ordinal).Replace("{project}", call.Deployment.Environment.Project.Value, StringComparison.Ordinal);

    private static Dictionary<string, string> Variables(HookCall call, int attempt)
    {
        var spec = call.Deployment;
        return new()
        {
            ["SLIPWAY_DEPLOYMENT"] = spec.Id.Value,
            ["SLIPWAY_PROJECT"] = spec.Environment.Project.Value,
            ["SLIPWAY_ENVIRONMENT"] = spec.Environment.Name.Value,
            ["SLIPWAY_VERSION"] = spec.Candidate.Candidate.Value,
            ["SLIPWAY_STABLE"] = spec.Stable?.Candidate.Value ?? "",
            ["SLIPWAY_MOMENT"] = call.Moment,
            ["SLIPWAY_IDEMPOTENCY_KEY"] = call.IdempotencyKey,
            ["SLIPWAY_ATTEMPT"] = attempt.ToString(CultureInfo.InvariantCulture),
        };
    }
}
