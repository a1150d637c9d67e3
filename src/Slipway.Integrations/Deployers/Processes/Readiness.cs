namespace Slipway.Integrations.Deployers.Processes;

/// <summary>How waiting for a process ended.</summary>
internal abstract record Readiness
{
    private Readiness()
    {
    }

    public sealed record Ready : Readiness;

    public sealed record Exited(int? Code) : Readiness;

    /// <param name="Last">What the last look saw.</param>
    public sealed record TimedOut(string Last) : Readiness;
}
