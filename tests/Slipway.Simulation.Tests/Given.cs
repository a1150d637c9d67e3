using Slipway.Core.Configuration;
using Slipway.Core.Projects;
using Slipway.Server.Configuration;

namespace Slipway.Simulation.Tests;

/// <summary>What tests of simulations begin with.</summary>
internal static class Given
{
    public const string Gradual = """
        strategy:
          - audience: { header: { x-employee: "true" } }
          - ramp: { from: 5%, factor: 3, every: 5m, until: safe }
          - bake: 10m
        checks: [errors, latency]
        """;

    public const string ThreeStages = """
        project: shop
        service: { host: shop.example }
        defaults: { deploy: { process: { command: ./shop } } }
        environments:
          - { name: dogfood, slice: { audience: { users: [ana] } }, checks: [], strategy: [{ weight: 100% }], bake: 10m, promote: automatic }
          - { name: canary, after: [dogfood], slice: { percent: 5% }, bake: 5m, promote: { automatic: { after: 1m } } }
          - { name: production, after: [canary], slice: rest, strategy: { ramp: { from: 10%, factor: 3, every: 5m }, until: safe }, promote: { automatic: { after: 1m } } }
        """;

    public static Project Project(string text) => DocumentReader.Read(Tree(text)) switch
    {
        ReadResult.Accepted accepted => accepted.Project,
        ReadResult.Refused refused => throw new InvalidOperationException(string.Join("; ", refused.Problems)),
        _ => throw new InvalidOperationException(),
    };

    public static WorldResult World(string text, Project project) => WorldReader.Read(Tree(text), project);

    public static World Run(string document, string world, ulong seed = 1)
    {
        var project = Project(document);
        var read = World(world, project);
        Assert.Empty(read.Problems);
        World run = new(project, read.World!, seed);
        run.Run(CancellationToken.None);
        return run;
    }

    public static string? Serving(this World world, string environment) => world.Snapshot.Of(new EnvironmentName(environment)).Stable?.Candidate.Value;

    private static Node Tree(string text) => Assert.IsType<YamlTree.Read>(YamlReader.ReadTree(text, "file.yaml")).Root;
}
