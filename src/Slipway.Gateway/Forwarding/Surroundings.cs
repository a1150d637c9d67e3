namespace Slipway.Gateway.Forwarding;

/// <summary>What is the same for every request of a gateway.</summary>
internal sealed record Surroundings(TrustedProxies Trusted, TimeProvider Time);
