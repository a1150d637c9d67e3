namespace Slipway.Core.Governance;

/// <summary>Whether deployments may begin somewhere now.</summary>
/// <param name="IsOpen">Whether they may.</param>
/// <param name="Why">Why not (or why), in words for people.</param>
/// <param name="NextOpen">When they may again; null when nobody knows.</param>
/// <param name="NextClose">When they may no longer; null when nothing is planned.</param>
/// <param name="Holds">Whether rollouts under way take no further step either.</param>
public sealed record WindowState(bool IsOpen, string Why, DateTimeOffset? NextOpen, DateTimeOffset? NextClose, bool Holds)
{
    public static WindowState Open { get; } = new(true, "no window closes it", null, null, false);
}
