using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shop;

/// <summary>What <c>shop.json</c> says: which version this is, and what is wrong with it.</summary>
/// <remarks>Setters, not <c>init</c>: generated JSON code puts zeroes over the defaults of absent <c>init</c> properties.</remarks>
internal sealed record ShopConfig
{
    public string Version { get; set; } = "0.0.0";

    public Fault[] Faults { get; set; } = [];

    /// <summary>Reads the file; a shop without one is a healthy shop.</summary>
    public static ShopConfig Load(string path) =>
        File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), ShopJson.Default.ShopConfig) ?? new ShopConfig() : new ShopConfig();
}

/// <summary>A defect that is put in on purpose.</summary>
internal sealed record Fault
{
    public required FaultKind Kind { get; set; }

    /// <summary>Path it shows on, such as <c>/cart</c>; null: every path.</summary>
    public string? Route { get; set; }

    /// <summary>Share of the route's requests it hits, 0 to 1.</summary>
    public double Rate { get; set; } = 1;

    /// <summary>The first environment it shows in: <c>dogfood</c>, <c>canary</c> or <c>production</c>.</summary>
    public string From { get; set; } = "dogfood";

    /// <summary>For <see cref="FaultKind.Latency"/>: how much longer.</summary>
    public int DelayMs { get; set; }

    /// <summary>For <see cref="FaultKind.Crash"/> and <see cref="FaultKind.Outage"/>: how many requests go well before.</summary>
    public int AfterRequests { get; set; }

    /// <summary>Whether the fault shows in an environment. One whose name is not in the order counts as production.</summary>
    public bool ShowsIn(string environment) => Order(environment) >= Order(From);

    private static int Order(string environment) => environment switch
    {
        "dogfood" => 0,
        "canary" => 1,
        _ => 2,
    };
}

internal enum FaultKind
{
    Errors,
    Latency,
    Crash,
    Outage,
}

[JsonSerializable(typeof(ShopConfig))]
[JsonSerializable(typeof(Product[]))]
[JsonSerializable(typeof(Cart))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true)]
internal sealed partial class ShopJson : JsonSerializerContext;
