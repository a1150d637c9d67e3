namespace Slipway.Gateway.Mirroring;

/// <summary>Marks a copy, so that a version may leave undone what a copy must not do. Anybody can send it: nothing may be allowed because of it.</summary>
public static class MirrorHeader
{
    public const string Name = "x-slipway-mirror";

    /// <summary>Its value.</summary>
    public const string Value = "1";
}
