using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Governance;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;
using Slipway.Engine.Streams;

namespace Slipway.Engine.Feed;

/// <summary>Stored events as sentences.</summary>
public static class EventSummary
{
    public static string Of(RecordedEvent e) => e.Type.Split('.')[0] switch
    {
        "project" => EventWords.Of(Journal<ProjectEvent>.Read(e)),
        "environment" => EventWords.Of(Journal<EnvironmentEvent>.Read(e)),
        "governance" => EventWords.Of(Journal<GovernanceEvent>.Read(e)),
        "deployment" => EventWords.Of(Journal<DeploymentEvent>.Read(e)),
        _ => e.Type,
    };
}
