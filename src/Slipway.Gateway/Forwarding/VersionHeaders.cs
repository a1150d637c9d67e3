namespace Slipway.Gateway.Forwarding;

/// <summary>Headers of every response, that say who answered.</summary>
public static class VersionHeaders
{
    /// <summary>The candidate that answered, or was to.</summary>
    public const string Version = "x-slipway-version";

    /// <summary>The environment whose slice the request fell into.</summary>
    public const string Environment = "x-slipway-environment";
}
