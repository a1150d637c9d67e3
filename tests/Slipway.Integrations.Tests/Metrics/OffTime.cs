namespace Slipway.Integrations.Tests.Metrics;

/// <summary>A clock that is wrong.</summary>
internal sealed class OffTime(TimeSpan ahead) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
}
