using System.ComponentModel;
using System.Diagnostics;

namespace Slipway.Integrations.Programs;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Null: it could not be run.</param>
/// <param name="Problem">Why it could not be run, in words for people.</param>
internal sealed record ProgramEnd(int? ExitCode, string? Problem);

/// <summary>
/// Runs programs for hooks and checks: never a shell line, with few variables of the server's own, and killed with its children when nobody waits any more.
/// </summary>
internal static class ProgramRun
{
    /// <summary>Longer lines are cut: a program may print without end.</summary>
    private const int LongestLine = 32 << 10;

    /// <summary>All a program gets of the server's own variables. Anything else could be a secret of the server.</summary>
    private static readonly string[] Inherited = ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR"];

    /// <param name="program">An absolute path.</param>
    /// <param name="variable">A variable of the server by its name.</param>
    /// <param name="variables">The program's own.</param>
    /// <param name="printed">Gets each line of its output; the two streams are read at the same time.</param>
    /// <param name="complained">Gets each line of its standard error.</param>
    public static async Task<ProgramEnd> RunAsync(string program, IEnumerable<string> arguments, string directory, Func<string, string?> variable,
        IReadOnlyDictionary<string, string> variables, Action<string> printed, Action<string> complained, CancellationToken cancellationToken)
    {
        ProcessStartInfo info = new(program, arguments) { WorkingDirectory = directory, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        info.Environment.Clear();
        foreach (var name in Inherited)
        {
            if (variable(name) is { } value)
                info.Environment[name] = value;
        }

        foreach (var (name, value) in variables)
            info.Environment[name] = value;
        using Process process = new() { StartInfo = info };
        try
        {
            process.Start();
            process.StandardInput.Close();
            var output = Task.WhenAll(ReadAsync(process.StandardOutput, printed, cancellationToken), ReadAsync(process.StandardError, complained, cancellationToken));
            await process.WaitForExitAsync(cancellationToken);
            await output;
            return new ProgramEnd(process.ExitCode, null);
        }
        catch (Win32Exception e)
        {
            return new ProgramEnd(null, e.Message);
        }
        finally
        {
            End(process);
        }
    }

    private static async Task ReadAsync(StreamReader reader, Action<string> line, CancellationToken cancellationToken)
    {
        var buffer = new char[4096];
        System.Text.StringBuilder read = new();
        while (await reader.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            foreach (var c in buffer.AsMemory(0, count).ToArray())
            {
                if (c == '\n')
                    Flush();
                else if (c != '\r' && read.Length < LongestLine)
                    read.Append(c);
            }
        }

        Flush();

        void Flush()
        {
            if (read.Length > 0)
                line(read.ToString());
            read.Clear();
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
}
