using Slipway.Core.Strategies;
using Slipway.Core.Traffic;

namespace Slipway.Core.Deployments;

/// <summary>Who is sent where, and who should be.</summary>
public sealed partial record Deployment
{
    /// <summary>The candidate's share as the router confirmed it; null while nobody knows.</summary>
    public Weight? ConfirmedWeight => Confirmed is null ? null : LastWeight;

    /// <summary>The candidate's share as the router last confirmed it, whatever was asked for since.</summary>
    public Weight LastWeight { get; init; }

    /// <summary>How the traffic should be split now. Weight follows readiness: nobody is sent to what is not there.</summary>
    public TrafficSplit Wanted => Phase switch
    {
        Phase.Succeeded => Everyone,
        Phase.Settling when CandidateReady => HasEnoughCandidates ? Everyone : Capped(new TrafficSplit(Spec.Stable?.Candidate, Spec.Candidate.Candidate, Weight.Full, null)),
        Phase.Progressing when CandidateReady => Capped(Shaped),
        Phase.RollingBack when CandidateReady && Spec is { Scaling: Projects.Scaling.Follow, Stable: not null } && StableInstances < Total => GoingBack,
        _ => TrafficSplit.Only(Spec.Stable?.Candidate),
    };

    /// <summary>The share of this environment's users that the present step wants on the candidate.</summary>
    public Weight Weight => Phase is Phase.Settling or Phase.Succeeded ? Weight.Full : Shaped.Weight;

    /// <summary>The share of all the project's users that the present step exposes.</summary>
    public Weight ExposureNow => Exposure.Of(Spec.Slice, Phase is Phase.Settling or Phase.Succeeded ? Shaped with { Weight = Weight.Full } : Shaped);

    /// <summary>Whether what the present step wants is what the router confirmed, with everything that should serve it ready.</summary>
    public bool IsInForce => Confirmed is not null && (!CandidateWanted || HasEnoughCandidates);

    /// <summary>Whether time counts.</summary>
    internal bool IsHealthy => Phase is Phase.Progressing && !IsPaused && IsInForce && Blind is null;

    /// <summary>Whether the present step sends anybody, or copies of requests, to the candidate.</summary>
    internal bool IsAsked => Spec.Slice is not Slice.None && Shaped is { ReachesCandidate: true } or { Mirror.Value: > 0 };

    private TrafficSplit Everyone => TrafficSplit.Only(Spec.Candidate.Candidate);

    private TrafficSplit Shaped
    {
        get
        {
            var split = Begun.Aggregate(new TrafficSplit(Spec.Stable?.Candidate, Spec.Candidate.Candidate, Weight.None, null), (split, step) => step.Shape(split));
            return BaselineInstances > 0 && Spec.Stable is not null && Begun.Any(s => s is BaselineStep)
                ? split with { Baseline = new Weight(Math.Min(split.Weight.Value, Weight.Whole - split.Weight.Value)) }
                : split;
        }
    }

    /// <summary>The candidate's share of a split.</summary>
    internal Weight Share(TrafficSplit split) => split switch
    {
        { Candidate: not null } => split.Weight,
        _ => split.Stable == Spec.Candidate.Candidate ? Weight.Full : Weight.None,
    };

    /// <summary>With half of the instances ready, half of the share. After scaling up that is half of those before: nobody is taken away from those that served them.</summary>
    private TrafficSplit Capped(TrafficSplit split)
    {
        if (HasEnoughCandidates)
            return split;
        var enough = CandidatesOf(ScaledFrom ?? Total);
        Weight less = new((int)((long)split.Weight.Value * Math.Min(CandidateInstances, enough) / enough));
        return split with { Weight = less, Baseline = split.Baseline < less ? split.Baseline : less };
    }

    /// <summary>As many are sent back as the stable instances that are ready can take; the rest stays where somebody answers.</summary>
    private TrafficSplit GoingBack
    {
        get
        {
            var back = (int)((long)Weight.Whole * StableInstances!.Value / Total);
            var stays = Math.Min(LastWeight.Value, Weight.Whole - back);
            return stays == 0 ? TrafficSplit.Only(Spec.Stable?.Candidate) : new TrafficSplit(Spec.Stable?.Candidate, Spec.Candidate.Candidate, new Weight(stays), null);
        }
    }
}
