using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;
using Slipway.Integrations.Deployers.Processes;

namespace Slipway.Integrations.Hooks;

/// <summary>Runs programs of the artifact, or of the server's machine, in the artifact's directory; never a shell line. Exit code 0 is success.</summary>
internal sealed class CommandRunner(IArtifactStore artifacts, Func<string, string?> variable)
{
    private const int LinesKept = 5;
    private const int LongestLine = 500;

    /// <summary>All a program gets of the server's own variables. Anything else could be a secret of the server.</summary>
    private static readonly string[] Inherited = ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR"];

    public async Task<HookTry> RunAsync(HookSpec.Command hook, HookCall call, int attempt, CancellationToken cancellationToken)
    {
        var artifact = call.Deployment.Candidate.Artifact is { Kind: ArtifactKind.Archive } archive ? await artifacts.UnpackAsync(archive, cancellationToken) : null;
        var (program, problem) = Executables.Find(hook.Line[0], artifact, variable("PATH") ?? "/usr/bin:/bin");
        if (program is null)
            return new HookTry(problem, false, null);
        using Process process = new() { StartInfo = Info(hook, call, attempt, program, artifact ?? Path.GetTempPath()) };
        LastLines said = new();
        process.OutputDataReceived += (_, e) => said.Add(e.Data);
        process.ErrorDataReceived += (_, e) => said.Add(e.Data);
        try
        {
            process.Start();
            process.StandardInput.Close();
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? HookTry.Succeeded : HookTry.Failed($"exit code {process.ExitCode.ToString(CultureInfo.InvariantCulture)}{said}");
        }
        catch (Win32Exception e)
        {
            return new HookTry($"'{hook.Line[0]}' cannot be run: {e.Message}; write a program of the artifact, one on the server's PATH, or a full path", false, null);
        }
        finally
        {
            End(process);
        }
    }

    /// <summary>With its children: a program that was given up must not go on in the background.</summary>
    private static void End(Process process)
    {
        try
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It never started, or ended in between: that is what was wanted.
        }
    }

    private ProcessStartInfo Info(HookSpec.Command hook, HookCall call, int attempt, string program, string directory)
    {
        var spec = call.Deployment;
        string Fill(string word) => word.Replace("{version}", spec.Candidate.Candidate.Value, StringComparison.Ordinal)
            .Replace("{environment}", spec.Environment.Name.Value, StringComparison.Ordinal).Replace("{project}", spec.Environment.Project.Value, StringComparison.Ordinal);
        ProcessStartInfo info = new(program) { WorkingDirectory = directory, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var word in hook.Line.Skip(1))
            info.ArgumentList.Add(Fill(word));
        info.Environment.Clear();
        foreach (var name in Inherited)
        {
            if (variable(name) is { } value)
                info.Environment[name] = value;
        }

        info.Environment["SLIPWAY_DEPLOYMENT"] = spec.Id.Value;
        info.Environment["SLIPWAY_PROJECT"] = spec.Environment.Project.Value;
        info.Environment["SLIPWAY_ENVIRONMENT"] = spec.Environment.Name.Value;
        info.Environment["SLIPWAY_VERSION"] = spec.Candidate.Candidate.Value;
        info.Environment["SLIPWAY_STABLE"] = spec.Stable?.Candidate.Value ?? "";
        info.Environment["SLIPWAY_MOMENT"] = call.Moment;
        info.Environment["SLIPWAY_IDEMPOTENCY_KEY"] = call.IdempotencyKey;
        info.Environment["SLIPWAY_ATTEMPT"] = attempt.ToString(CultureInfo.InvariantCulture);
        return info;
    }

    /// <summary>The end of what a program printed. Its two streams are read at the same time.</summary>
    private sealed class LastLines
    {
        private readonly Queue<string> _lines = new();

        public void Add(string? line)
        {
            if (string.IsNullOrWhiteSpace(line))
                return;
            lock (_lines)
            {
                _lines.Enqueue(line.Length > LongestLine ? line[..LongestLine] : line);
                if (_lines.Count > LinesKept)
                    _lines.Dequeue();
            }
        }

        public override string ToString()
        {
            lock (_lines)
                return _lines.Count == 0 ? "" : $": {string.Join(" / ", _lines)}";
        }
    }
}
