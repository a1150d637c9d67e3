using Slipway.Commands;
using Slipway.Integrations.Deployers.Processes;

namespace Slipway.Serving;

/// <summary>What <c>slipway doctor</c> asks of this machine, were a server to run on it.</summary>
internal static class MachineChecks
{
    public static DoctorCheck Processes { get; } = new("processes", _ => ProcessDeployer.Requirements() is [var missing, ..]
        ? DoctorFinding.Ill($"this machine cannot run versions as processes: {missing}", "install what is missing, if the server is to run here")
        : DoctorFinding.Well("this machine can run versions as processes"));
}
