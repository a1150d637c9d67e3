using System.Text.Json.Nodes;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;
using Slipway.Engine;
using Slipway.Engine.Ports;

namespace Slipway.Cluster.Tests;

public class ClusterJsonTests
{
    private static readonly EnvironmentKey Production = new(new ProjectId("shop"), new EnvironmentName("production"));

    /// <summary>Servers of two versions talk to each other while one is replaced after the other.</summary>
    [Fact]
    public void FieldsThatANewerServerAddsArePassedOver()
    {
        InstanceId id = new(Production, new CandidateId("1.0.0"));
        Holds(id);
        Holds(new InstanceRequest(id, new Artifact(ArtifactKind.Archive, "sha256:1", null, 1), new DeploySpec.Process { Command = ["shop"] }, 3));
        Holds(new DriftAnswer("done", null));
        Holds(new ProjectLive { Ready = [id], Missing = [new InstanceTrouble(id, "it exits")] });
        Holds(new GatewayReport("edge", "boot", 1, 2, [new TrafficSecond(DateTimeOffset.UnixEpoch, [new SideCounts { Environment = Production, Candidate = id.Candidate, Completed = 3 }])], []));
    }

    private static void Holds<T>(T value)
    {
        var root = JsonNode.Parse(ClusterJson.Write(value))!.AsObject();
        root["addedLater"] = new JsonObject { ["a"] = 1 };
        Assert.Equal(ClusterJson.Write(value), ClusterJson.Write(ClusterJson.Read<T>(root.ToJsonString())));
    }
}
