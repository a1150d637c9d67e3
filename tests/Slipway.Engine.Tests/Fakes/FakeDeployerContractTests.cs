using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;
using Slipway.Testing.Contracts;

namespace Slipway.Engine.Tests.Fakes;

/// <summary>The fake keeps the promises that the engine is tested on.</summary>
public sealed class FakeDeployerContractTests : DeployerContract
{
    private readonly FakeDeployer _deployer = new(TimeProvider.System);

    protected override IDeployer Deployer => _deployer;

    protected override Task<(Artifact Artifact, DeploySpec Deploy)> HealthyAsync() => Run("shop");

    protected override Task<(Artifact Artifact, DeploySpec Deploy)> OtherwiseHealthyAsync() => Run("shop", "otherwise");

    protected override Task<(Artifact Artifact, DeploySpec Deploy)> EndingAsync(string line) => Run("ends", line);

    protected override Task<(Artifact Artifact, DeploySpec Deploy)> LonelyAsync(string line) => Run("lonely", line);

    protected override Task<(Artifact Artifact, DeploySpec Deploy)> NeverReadyAsync() => Run("never");

    protected override Task EndAsync(string endpoint)
    {
        _deployer.Exit(endpoint);
        return Task.CompletedTask;
    }

    private static Task<(Artifact Artifact, DeploySpec Deploy)> Run(params string[] command) => Task.FromResult<(Artifact, DeploySpec)>(
        (new Artifact(ArtifactKind.Archive, "sha256:shop", null, 1), new DeploySpec.Process { Command = [.. command] }));
}
