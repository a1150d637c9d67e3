namespace Slipway.Core.Analysis;

/// <summary>Which strata of the gateways' counts a check also looks at by themselves, beside the whole.</summary>
public enum StrataChoice
{
    /// <summary>The named routes of the service, and the regions of the gateways.</summary>
    All,

    Routes,

    Regions,

    /// <summary>The whole alone.</summary>
    None,
}
