namespace Slipway.Storage;

/// <summary>What a power cut may cost. A killed process costs nothing in either.</summary>
public enum SqliteDurability
{
    /// <summary>Nothing that was answered.</summary>
    Full,

    /// <summary>The last few appends; several times as many appends a second.</summary>
    Normal,
}
