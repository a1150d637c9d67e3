using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Server.Tests.Running;

public class OpenApiTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The public contract: a change of it is a change of this file. SLIPWAY_UPDATE_GOLDENS=1 writes it.</summary>
    [Fact]
    public async Task TheDescriptionOfTheApiIsTheReviewedOne()
    {
        await using var server = await RunningServer.StartAsync();
        var description = JsonNode.Parse(await server.Stranger.GetStringAsync("openapi/v1.json"))!.AsObject();
        description.Remove("servers");
        var actual = description.ToJsonString(Indented) + "\n";
        var file = Golden();

        if (Environment.GetEnvironmentVariable("SLIPWAY_UPDATE_GOLDENS") == "1")
            await File.WriteAllTextAsync(file, actual);

        Assert.Equal(await File.ReadAllTextAsync(file), actual, ignoreLineEndingDifferences: true);
    }

    private static string Golden([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "Goldens", "openapi.json");
}
