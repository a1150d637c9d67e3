namespace Slipway.Core.Analysis;

/// <summary>Which strata of the gateways' counts a check also looks at by themselves, beside the whole.</summary>
public enum StrataChoice
{
    /// <summary>The named routes of the service, and the regions of the gateways.</summary>
    All,

    /// <summary>The named routes of the service alone.</summary>
    Routes,

    /// <summary>The regions of the gateways alone.</summary>
    Regions,

    /// <summary>The whole alone.</summary>
    None,
}
