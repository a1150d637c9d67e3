using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;

namespace Slipway.Simulation;

/// <summary>Users, second by second, and the real checks on what they meet.</summary>
internal sealed class Traffic(World world, WorldSpec spec, Chance chance, Agenda agenda)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Dictionary<DeploymentId, CanaryAnalysis> _watched = [];
    private readonly Dictionary<DeploymentId, DeploymentInput.Analysed> _told = [];

    /// <summary>Compares for as long as the deployment wants it.</summary>
    public void Watch(Deployment deployment)
    {
        if (!Wants(deployment) || _watched.ContainsKey(deployment.Spec.Id))
            return;
        _watched[deployment.Spec.Id] = new CanaryAnalysis(deployment.Spec.Checks, Deployment.Gates(deployment.Spec));
        agenda.Add(world.Now + Second, () => Look(deployment.Spec.Id, world.Now));
    }

    private bool IsBlind => spec.Blind.Any(b => world.Now - spec.Start >= b.From && (b.For is not { } time || world.Now - spec.Start < b.From + time));

    private static bool Wants(Deployment deployment) => Rollout.Plan(deployment).Any(e => e is Effect.Watch);

    private void Look(DeploymentId id, DateTimeOffset at)
    {
        if (!world.Snapshot.Deployments.TryGetValue(id, out var deployment) || !Wants(deployment))
        {
            _watched.Remove(id);
            _told.Remove(id);
            return;
        }

        var analysis = _watched[id];
        var (candidate, baseline) = IsBlind ? (null, null) : Draw(deployment);
        analysis.Observe(at - deployment.StartedAt, candidate, baseline);
        var input = AnalysisInput.Of(analysis.Report(), Deployment.Gates(deployment.Spec)) with { Blind = IsBlind ? "no gateway can be heard" : null };
        if (AnalysisInput.Differs(input, _told.GetValueOrDefault(id)))
        {
            _told[id] = input;
            world.Tell(id, input);
        }

        agenda.Add(world.Now + Second, () => Look(id, world.Now));
    }

    /// <summary>One second of both sides, by the split that the router really serves, whatever was asked of it since.</summary>
    private (SideCounts? Candidate, SideCounts? Baseline) Draw(Deployment deployment)
    {
        var split = world.Serves(deployment.Spec.Environment.Name);
        var all = spec.RequestsPerSecond * Share(deployment.Spec.Slice);
        var audience = split.Audience is null ? 0 : Exposure.Audience.Share;
        var onCandidate = split.Candidate is null ? split.Stable == deployment.Spec.Candidate.Candidate ? 1 : 0 : Math.Min(1, split.Weight.Share + audience);
        var copies = split.Candidate is null ? 0 : (1 - onCandidate) * split.Mirror.Share;
        var rest = split.Baseline > Weight.None ? split.Baseline.Share : 1 - onCandidate;
        var other = Core.Environments.Baseline.Of(world.Snapshot, deployment);
        var elsewhere = other is var (environment, _, _) && environment != deployment.Spec.Environment;
        return (
            Side(deployment, deployment.Spec.Candidate.Candidate, all * (onCandidate + copies), onCandidate),
            other is var (_, version, _) ? Side(deployment, version, elsewhere ? spec.RequestsPerSecond : all * rest, 1) : null);
    }

    private SideCounts? Side(Deployment deployment, CandidateId version, double rate, double share)
    {
        var requests = chance.Poisson(rate);
        if (requests == 0)
            return null;
        var (errors, latency, silent) = Behaviour(deployment, version, share);
        var failed = silent ? requests : chance.Binomial(requests, errors);
        var histogram = silent ? LatencyHistogram.Empty : Latencies(requests, latency);
        return new SideCounts
        {
            Environment = deployment.Spec.Environment, Candidate = version, Started = requests, Completed = requests,
            ServerErrors = silent ? 0 : failed, NoAnswer = silent ? failed : 0, Latency = histogram,
            Shards = ShardCounts.Even(histogram, silent ? failed : 0, failed, (world.Now - spec.Start).Ticks / Second.Ticks),
        };
    }

    private (double Errors, TimeSpan Latency, bool Silent) Behaviour(Deployment deployment, CandidateId version, double share)
    {
        var usual = spec.Versions.FirstOrDefault(v => v.Name == version)?.Behaviour ?? spec.Healthy;
        var (errors, latency, silent) = (usual.Errors, usual.Latency, false);
        var elapsed = world.Now - spec.Start;
        foreach (var fault in spec.Faults.Where(f => f.Version == version && elapsed >= f.From && (f.For is not { } time || elapsed < f.From + time)
            && (f.Environment is not { } place || place == deployment.Spec.Environment.Name) && share >= f.AboveWeight.Share && (f.Step is not { } step || step == deployment.StepIndex + 1)))
            (errors, latency, silent) = (fault.Errors ?? errors, fault.Latency ?? latency, silent || fault.Silent);
        return (errors, latency, silent);
    }

    /// <summary>Log-normal around the median, as answers of services are.</summary>
    private LatencyHistogram Latencies(long requests, TimeSpan median)
    {
        SortedDictionary<int, long> counts = [];
        for (var i = 0L; i < requests; i++)
        {
            var bucket = LatencyHistogram.IndexOf(median.TotalSeconds * Math.Exp(0.4 * chance.Normal()));
            counts[bucket] = counts.GetValueOrDefault(bucket) + 1;
        }

        var first = counts.Keys.First();
        return new LatencyHistogram(first, [.. Enumerable.Range(first, counts.Keys.Last() - first + 1).Select(b => counts.GetValueOrDefault(b))]);
    }

    private static double Share(Slice slice) => slice switch
    {
        Slice.Percent percent => percent.Share.Share,
        Slice.Audience => Exposure.Audience.Share,
        Slice.None => 0,
        _ => 1,
    };
}
