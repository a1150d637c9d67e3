using Slipway.Core.Traffic;

namespace Slipway.Gateway.Counting;

/// <summary>How a request that was sent to a version ended.</summary>
internal enum Ending
{
    /// <summary>The version answered, and the client has it all.</summary>
    Answered,

    /// <summary>The version refused, broke off or stayed silent.</summary>
    NoAnswer,

    /// <summary>The client gave up, or its request could not be read. Says nothing about the version.</summary>
    Abandoned,
}

internal static class EndingFigures
{
    /// <summary>Whether the version is to blame.</summary>
    public static bool IsError(this Ending ending, int status) => ending == Ending.NoAnswer || status >= 500;

    /// <summary>The step of <see cref="ShardCounts"/>; no answer is the slowest.</summary>
    public static int Speed(this Ending ending, int bucket) => ending == Ending.NoAnswer ? ShardCounts.Steps - 1 : ShardCounts.Speed(bucket);
}
