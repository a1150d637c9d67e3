using System.Collections.Immutable;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>Ends a process and all of its session: politely, then by force.</summary>
internal sealed class ProcessEnding(TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>Only a process that hangs in the kernel survives the kill that long.</summary>
    private static readonly TimeSpan KillTakes = TimeSpan.FromSeconds(10);

    /// <summary>Returns when everything is gone; true when it had to be killed.</summary>
    /// <param name="isOurs">Whether a process of a session without leader is ours; asked since the session's number may have been used again.</param>
    /// <exception cref="InvalidOperationException">It survived being killed.</exception>
    public async Task<bool> EndAsync(ProcessIdentity identity, Func<int, bool> isOurs, TimeSpan grace, CancellationToken cancellationToken)
    {
        var session = new Session(identity, identity.IsAlive ? _ => true : isOurs);
        session.Send(Signals.Terminate);
        if (await GoneAsync(session, grace, cancellationToken))
            return false;
        session.Send(Signals.Kill);
        if (!await GoneAsync(session, KillTakes, cancellationToken))
            throw new InvalidOperationException($"SLIP0707: process {identity.Pid} was killed and does not go; it hangs in the kernel, look at its disk or network mounts");
        return true;
    }

    private async Task<bool> GoneAsync(Session session, TimeSpan within, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (!session.IsGone)
        {
            var left = within - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
                return false;
            await Task.Delay(left < LookEvery ? left : LookEvery, time, cancellationToken);
        }

        return true;
    }

    /// <summary>The process and those it started, as far as they stayed in its session.</summary>
    private sealed class Session(ProcessIdentity leader, Func<int, bool> isOurs)
    {
        public bool IsGone => !leader.IsAlive && Members().IsEmpty;

        public void Send(int signal)
        {
            // To the group at once, so that none can fork away; it is the leader's own while the leader lives.
            if (leader.Stat() is { } stat)
                _ = stat.Group == stat.Pid ? Signals.SendToGroup(stat.Pid, signal) : Signals.Send(stat.Pid, signal);
            var led = leader.Stat()?.Group;
            foreach (var member in Members().Where(m => m.Pid != leader.Pid && m.Group != led))
                Signals.Send(member.Pid, signal);
        }

        /// <summary>None once the kernel has used the number for another process: it does so only when the session is gone.</summary>
        private ImmutableArray<ProcessStat> Members() =>
            leader.IsReused
                ? []
                : [.. ProcessTable.All().Where(stat => stat.IsAlive && stat.Session == leader.Pid && stat.StartTicks >= leader.StartTicks && isOurs(stat.Pid))];
    }
}
