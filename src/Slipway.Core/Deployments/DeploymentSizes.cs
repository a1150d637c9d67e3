using Slipway.Core.Projects;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;

namespace Slipway.Core.Deployments;

/// <summary>How many instances of each version there are and should be.</summary>
public sealed partial record Deployment
{
    /// <summary>Instances of the candidate that are ready to serve.</summary>
    public int CandidateInstances { get; init; }

    /// <summary>Instances of the stable version that are ready; null: never changed, so all of them.</summary>
    public int? StableInstances { get; init; }

    /// <summary>Fresh instances of the stable version that are ready.</summary>
    public int BaselineInstances { get; init; }

    /// <summary>How many instances serve everyone, when that changed while the deployment was under way.</summary>
    public int? Scaled { get; init; }

    /// <summary>How many instances served everyone before that changed, until there are enough of the candidate for the new number; null: there are.</summary>
    public int? ScaledFrom { get; init; }

    public bool CandidateReady => CandidateInstances > 0;

    /// <summary>How many instances serve everyone.</summary>
    public int Total => Scaled ?? Spec.Candidate.Deploy.Instances;

    /// <summary>Whether the candidate has been asked to start: the deploy step has begun.</summary>
    public bool CandidateWanted => Phase is Phase.Settling || (Phase is Phase.Progressing && Begun.Any(s => s is DeployStep));

    /// <summary>How many instances of the candidate should be ready now.</summary>
    public int WantedCandidates => CandidatesOf(Total);

    /// <summary>Whether as many instances of the candidate are ready as should be.</summary>
    public bool HasEnoughCandidates => CandidateInstances >= WantedCandidates;

    /// <summary>How many fresh instances of the stable version should be ready now: as many as of the candidate.</summary>
    public int WantedBaselines => Phase is Phase.Progressing && Spec.Stable is not null && Begun.Any(s => s is BaselineStep) ? WantedCandidates : 0;

    /// <summary>
    /// How many instances of the stable version should be ready now. Where it follows the weight, it shrinks once the router has confirmed
    /// that fewer people are on it, and grows again before anybody is sent back.
    /// </summary>
    public int WantedStables => Spec.Scaling is Scaling.Follow && Spec.Stable is not null && Phase is Phase.Progressing or Phase.Settling
        ? Confirmed is null ? StableInstances ?? Total : Math.Max(1, Total - (int)((long)Total * ConfirmedWeight!.Value.Value / Weight.Whole))
        : Total;

    /// <summary>How many instances of the candidate there should be if so many served everyone.</summary>
    private int CandidatesOf(int total) => Phase switch
    {
        Phase.Settling or Phase.Succeeded => total,
        Phase.Progressing when CandidateWanted => Begun.OfType<ScaleStep>().LastOrDefault()?.Instances ?? InProportion(total),
        _ => 0,
    };

    /// <summary>A share of the instances as large as the candidate's share of the users, at least one. Before anybody is sent to it: what the first weight will need.</summary>
    private int InProportion(int total)
    {
        var share = Math.Max(Shaped.Weight.Value, Shaped.Mirror.Value);
        if (share == 0 && Step is DeployStep)
            share = Spec.Steps.Skip(StepIndex).Select(s => s.Shape(TrafficSplit.Only(null)).Weight.Value).FirstOrDefault(w => w > 0);
        return Math.Max(1, (int)Math.Ceiling(total * (double)share / Weight.Whole));
    }
}
