using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;
using Slipway.Testing.Contracts;

namespace Slipway.Integrations.Tests.Deployers;

public sealed class ProcessDeployerContractTests : DeployerContract, IAsyncDisposable
{
    private readonly Workshop _workshop = new();

    protected override IDeployer Deployer => _workshop.Deployer;

    protected override Task<(Artifact Artifact, DeploySpec Deploy)> HealthyAsync() => Run("./Slipway.Testing.App", "healthy");

    protected override Task<(Artifact Artifact, DeploySpec Deploy)> OtherwiseHealthyAsync() => Run("./Slipway.Testing.App", "healthy", "otherwise");

    protected override Task<(Artifact Artifact, DeploySpec Deploy)> EndingAsync(string line) => Run("/bin/sh", "-c", "echo \"$0\" >&2; exit 3", line);

    /// <summary>Only one can make the directory.</summary>
    protected override Task<(Artifact Artifact, DeploySpec Deploy)> LonelyAsync(string line) =>
        Run("/bin/sh", "-c", "mkdir \"$1\" 2>/dev/null && exec \"$2\" healthy; echo \"$0\" >&2; exit 3", line, Path.Combine(_workshop.Data, "seat"), Path.Combine(Workshop.AppDirectory, "Slipway.Testing.App"));

    protected override Task<(Artifact Artifact, DeploySpec Deploy)> NeverReadyAsync() => Run("./Slipway.Testing.App", "sick");

    protected override Task EndAsync(string endpoint) => Workshop.ExitAsync(endpoint, 4);

    public async ValueTask DisposeAsync()
    {
        foreach (var status in await ListAsync())
            await Deployer.StopAsync(status.Id, CancellationToken.None);
        await _workshop.DisposeAsync();
    }

    private static Task<(Artifact Artifact, DeploySpec Deploy)> Run(params string[] command) => Task.FromResult<(Artifact, DeploySpec)>(
        (Workshop.App, new DeploySpec.Process { Command = [.. command], Health = "/", StartTimeout = TimeSpan.FromSeconds(command.Contains("sick") ? 1 : 30) }));
}
