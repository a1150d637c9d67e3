namespace Slipway.Core.Analysis;

/// <summary>What a check says. Never mixed up: no evidence is not success, and no measurement is neither.</summary>
public enum Verdict
{
    /// <summary>Not enough evidence yet.</summary>
    Inconclusive,

    /// <summary>Shown to be within the margin.</summary>
    Pass,

    /// <summary>Shown to be worse.</summary>
    Fail,

    /// <summary>Could not be measured.</summary>
    Error,
}
