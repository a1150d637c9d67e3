using System.Diagnostics;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>A live process and the news of its end.</summary>
/// <param name="Exited">Completes when it has exited, with its exit code when that can be known; cancelled when the deployer is disposed.</param>
internal sealed record RunningProcess(ProcessIdentity Identity, Task<int?> Exited)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>Our own child: the kernel tells us at once, and how it ended.</summary>
    public static RunningProcess Child(Process process, ProcessIdentity identity, CancellationToken lifetime) => new(identity, EndOfAsync(process, lifetime));

    /// <summary>
    /// Somebody else's child, such as that of a server before this one: only its parent is told, so the process table is looked at.
    /// </summary>
    public static RunningProcess Adopted(ProcessIdentity identity, TimeProvider time, CancellationToken lifetime) => new(identity, EndOfAsync(identity, time, lifetime));

    private static async Task<int?> EndOfAsync(Process process, CancellationToken lifetime)
    {
        using (process)
        {
            await process.WaitForExitAsync(lifetime);
            return process.ExitCode;
        }
    }

    private static async Task<int?> EndOfAsync(ProcessIdentity identity, TimeProvider time, CancellationToken lifetime)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        while (identity.IsAlive)
            await timer.WaitForNextTickAsync(lifetime);
        return null;
    }
}
