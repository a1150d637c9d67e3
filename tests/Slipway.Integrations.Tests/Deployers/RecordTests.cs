using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;
using Slipway.Integrations.Deployers.Processes;

namespace Slipway.Integrations.Tests.Deployers;

public class RecordTests
{
    private const string Golden =
        """{"id":{"environment":{"project":"shop","name":"canary"},"candidate":"1.2.3"},"recipe":{"artifact":{"kind":"archive","digest":"sha256:app","bytes":1},"deploy":{"command":["./shop","{port}"],"health":"/healthz","startTimeout":"00:01:00","stopGrace":"00:00:10","variables":{"A":"b"}}},"port":20001,"identity":{"pid":42,"startTicks":4711,"bootId":"boot"},"state":"ready","detail":""}""";

    private static readonly InstanceId Id = new(new EnvironmentKey(new ProjectId("shop"), new EnvironmentName("canary")), new CandidateId("1.2.3"));

    private static readonly InstanceRecord Record = new(
        Id,
        new Recipe(Workshop.App, new DeploySpec.Process
        {
            Command = ["./shop", "{port}"],
            Health = "/healthz",
            Variables = ImmutableSortedDictionary<string, string>.Empty.Add("A", "b"),
        }),
        20_001,
        new ProcessIdentity(42, 4711, "boot"),
        InstanceState.Ready);

    [Fact]
    public async Task ARecordIsWrittenAsEarlierServersWroteItAndReadBack()
    {
        await using var workshop = new Workshop();
        var files = workshop.Files(Id);

        files.Write(Record);

        Assert.Equal(Golden, await File.ReadAllTextAsync(Path.Combine(files.Directory, "instance.json")));
        var read = files.Read()!;
        Assert.True(Record.Recipe!.IsSameAs(read.Recipe));
        Assert.Equal(Record with { Recipe = null }, read with { Recipe = null });
    }

    [Fact]
    public void AnyDifferenceMakesAnotherRecipe()
    {
        var recipe = Record.Recipe!;

        Assert.False(recipe.IsSameAs(null));
        Assert.False(recipe.IsSameAs(recipe with { Artifact = recipe.Artifact with { Digest = "sha256:other" } }));
        Assert.False(recipe.IsSameAs(recipe with { Deploy = recipe.Deploy with { Command = ["./shop"] } }));
        Assert.False(recipe.IsSameAs(recipe with { Deploy = recipe.Deploy with { Variables = recipe.Deploy.Variables.SetItem("A", "c") } }));
    }
}
