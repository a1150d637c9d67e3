namespace Slipway.Core.Configuration;

/// <summary>How much of a document is read. Far above what people write; low enough that no document can hold the server up.</summary>
public static class Limits
{
    /// <summary>Size of the text in UTF-8.</summary>
    public const int Bytes = 1024 * 1024;

    /// <summary>Mappings and lists within each other.</summary>
    public const int Depth = 32;

    public const int Environments = 200;

    /// <summary>Metric sources of one project.</summary>
    public const int Sources = 50;

    /// <summary>Freeze windows of one project.</summary>
    public const int Freezes = 100;

    /// <summary>Steps of one strategy, after its ramps are unrolled.</summary>
    public const int Steps = 200;

    /// <summary>Instances of one version.</summary>
    public const int Instances = 1000;

    /// <summary>Targets of all fleets of a project.</summary>
    public const int Targets = 1000;

    /// <summary>Entries of any other list.</summary>
    public const int Items = 10_000;

    /// <summary>Problems told at once.</summary>
    public const int Problems = 100;

    /// <summary>Longest time that can be written.</summary>
    public static TimeSpan Duration { get; } = TimeSpan.FromDays(365);
}
