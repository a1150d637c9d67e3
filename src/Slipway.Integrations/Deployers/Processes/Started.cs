using System.Collections.Immutable;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>How a start went, as finely as it must be known to decide whether to try again.</summary>
internal abstract record Started
{
    private Started()
    {
    }

    public abstract DeployOutcome Outcome { get; }

    public sealed record Ready(ImmutableArray<string> Endpoints) : Started
    {
        public override DeployOutcome Outcome => new DeployOutcome.Ready(Endpoints);
    }

    public sealed record Failed(string Reason) : Started
    {
        public override DeployOutcome Outcome => new DeployOutcome.Failed(Reason);
    }

    public sealed record Exited(string Reason, bool PortTaken) : Started
    {
        public override DeployOutcome Outcome => new DeployOutcome.Failed(Reason);
    }
}
