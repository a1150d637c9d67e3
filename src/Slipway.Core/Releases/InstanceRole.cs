namespace Slipway.Core.Releases;

/// <summary>What the instances of a version are there for.</summary>
public enum InstanceRole
{
    /// <summary>They serve users.</summary>
    Serving,

    /// <summary>Fresh instances of the stable version, started when the candidate was, for a fair comparison.</summary>
    Baseline,
}
