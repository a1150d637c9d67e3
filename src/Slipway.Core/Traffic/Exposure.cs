namespace Slipway.Core.Traffic;

/// <summary>How much of all the project's users a split within one environment reaches.</summary>
public static class Exposure
{
    /// <summary>An audience is a handful of people; nobody knows its share beforehand, so it is counted as 5 %.</summary>
    public static Weight Audience { get; } = new(5_000);

    public static Weight Of(Slice slice, TrafficSplit split) => slice switch
    {
        Slice.Audience => Of(Audience, split.Weight),
        Slice.Percent percent => Of(percent.Share, split.Weight),
        _ => split.Audience is not null && split.Weight < Audience ? Audience : split.Weight,
    };

    private static Weight Of(Weight share, Weight weight) =>
        new((int)Math.Ceiling(share.Value * (double)weight.Value / Weight.Whole));
}
