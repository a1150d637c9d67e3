using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;
using Slipway.Integrations.Deployers.Processes;

namespace Slipway.Testing.App;

/// <summary>Stands for a server: starts one instance, says where it serves, and waits to be killed.</summary>
internal static class FakeServer
{
    public static async Task<int> RunAsync(string data, string installation, string instance, ImmutableArray<string> command)
    {
        var names = instance.Split('/');
        var id = new InstanceId(new EnvironmentKey(new ProjectId(names[0]), new EnvironmentName(names[1])), new CandidateId(names[2]));
        var artifacts = new DirectoryArtifacts(ImmutableDictionary<string, string>.Empty);
        using var deployer = new ProcessDeployer(data, installation, artifacts, TimeProvider.System, NullLogger<ProcessDeployer>.Instance);
        var request = new InstanceRequest(id, new Artifact(ArtifactKind.Reference, null, "shop:1", 0), new DeploySpec.Process { Command = command, Health = "/" });
        Console.WriteLine(await deployer.EnsureAsync(request, CancellationToken.None) is DeployOutcome.Ready ready ? ready.Endpoints[0] : "failed");
        await Task.Delay(Timeout.Infinite);
        return 0;
    }
}
