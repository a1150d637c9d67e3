using System.Collections.Immutable;
using System.Globalization;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>A process that bears our marks, whatever the records say.</summary>
internal sealed record Orphan(Slot Slot, ProcessIdentity Identity, int? Port);

/// <summary>
/// Finds processes by the variables they were started with. A crash between a start and its record leaves no other trace. Only those
/// that lead a session: that is how instances are started, and their own children seldom are.
/// </summary>
internal sealed class Orphans(string installation)
{
    /// <summary>The oldest first: the main process is older than anything it started.</summary>
    public ImmutableArray<Orphan> Find() =>
        [.. ProcessTable.All()
            .Where(stat => stat.IsAlive && stat.Session == stat.Pid)
            .OrderBy(stat => stat.StartTicks)
            .Select(Recognise)
            .OfType<Orphan>()];

    public bool Bears(int pid, Slot slot) => ProcessTable.Variables(pid) is { } variables && Marked(variables) == slot;

    private Orphan? Recognise(ProcessStat stat)
    {
        if (ProcessTable.Variables(stat.Pid) is not { } variables || Marked(variables) is not { } slot)
            return null;
        var identity = new ProcessIdentity(stat.Pid, stat.StartTicks, ProcessTable.BootId);
        var known = int.TryParse(variables.GetValueOrDefault(Launch.PortVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is >= PortPool.First and <= PortPool.Last;
        return new Orphan(slot, identity, known ? port : null);
    }

    private Slot? Marked(Dictionary<string, string> variables) =>
        variables.GetValueOrDefault(Launch.InstallationVariable) == installation && variables.TryGetValue(Launch.InstanceVariable, out var instance)
            ? InstanceFiles.Parse(instance)
            : null;
}
