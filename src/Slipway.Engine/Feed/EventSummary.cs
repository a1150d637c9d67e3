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
    /// <summary>What only a newer Slipway can read is told by its type: a feed must not end at it.</summary>
    public static string Of(RecordedEvent e)
    {
        try
        {
            return e.Type.Split('.')[0] switch
            {
                "project" => EventWords.Of(Journal<ProjectEvent>.Read(e)),
                "environment" => EventWords.Of(Journal<EnvironmentEvent>.Read(e)),
                "governance" => EventWords.Of(Journal<GovernanceEvent>.Read(e)),
                "deployment" => EventWords.Of(Journal<DeploymentEvent>.Read(e)),
                _ => e.Type,
            };
        }
        catch (HistoryException)
        {
            return e.Type;
        }
    }
}
