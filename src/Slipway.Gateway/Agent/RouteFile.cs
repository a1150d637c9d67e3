using System.Text.Json;
using Slipway.Core;
using Slipway.Core.Traffic;

namespace Slipway.Gateway.Agent;

/// <summary>The last route table on disk, so that a gateway serves before, and without, its server.</summary>
internal sealed class RouteFile(string directory)
{
    public string Path { get; } = System.IO.Path.Combine(directory, "routes.json");

    /// <summary>Null when there is none yet.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="JsonException">It is not a route table.</exception>
    public RouteTable? Read()
    {
        if (!File.Exists(Path))
            return null;
        using var file = File.OpenRead(Path);
        return JsonSerializer.Deserialize<RouteTable>(file, SlipwayJson.Options);
    }

    /// <summary>Replaces it as a whole: whenever the machine stops, the old or the new table is there.</summary>
    public void Write(RouteTable table)
    {
        Directory.CreateDirectory(directory);
        var next = Path + ".next";
        using (var file = File.Create(next))
        {
            JsonSerializer.Serialize(file, table, SlipwayJson.Options);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, Path, overwrite: true);
    }
}
