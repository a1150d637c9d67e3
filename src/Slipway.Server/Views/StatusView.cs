using Slipway.Api;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Traffic;
using Slipway.Engine;
using Slipway.Engine.Ports;

namespace Slipway.Server.Views;

/// <summary>Projects and environments as the API shows them.</summary>
internal static class StatusView
{
    public static ProjectStatus Of(ProjectSnapshot snapshot, SlipwayEngine engine, DateTimeOffset now) => new(
        snapshot.Configuration.Id.Value,
        [.. snapshot.Configuration.Service?.Hosts ?? []],
        [.. snapshot.Configuration.Environments.Select(e => Of(snapshot, e, engine, now))])
    {
        Fleets = [.. snapshot.Configuration.Fleets.Select(f => FleetProgress.Of(snapshot, f)).Select(p => new FleetStatus(p.Fleet.Value, p.Candidate?.Value, p.Stopped, [.. p.Rings.Select(r => new RingStatus(r.Name, r.Members, r.Done, r.UnderWay, r.Failed))]))],
    };

    public static EnvironmentStatus Of(ProjectSnapshot snapshot, EnvironmentSpec environment, SlipwayEngine engine, DateTimeOffset now)
    {
        var state = snapshot.Of(environment.Name);
        var deployment = snapshot.Active(environment.Name);
        var key = snapshot.Configuration.Key(environment);
        var next = state.Active is null ? Eligibility.Newest(snapshot, environment) : null;
        return new EnvironmentStatus
        {
            Name = environment.Name.Value,
            Tier = DeploymentView.Word(environment.Tier),
            Slice = Words(environment.Slice),
            After = [.. environment.After.Select(a => a.Value)],
            Wanted = Wanted(state, deployment)?.Value,
            Serving = state.Stable?.Candidate.Value,
            LastGood = state.LastGood(snapshot.Project)?.Candidate.Value,
            Observed = [.. Versions(state).Where(v => engine.IsReady(new InstanceId(key, v))).Select(v => v.Value)],
            Fleet = environment.Member?.Fleet.Value,
            Drift = engine.Drift(key),
            Deployment = deployment is null ? null : DeploymentView.Of(deployment, engine, now),
            Next = next is null ? null : new NextStatus(next.Id.Value, EnvironmentStory.ByItselfAt(snapshot, environment, next, now)),
            Traffic = [.. Versions(state).Select(v => Traffic(engine, new InstanceId(key, v)))],
            Trouble = state.Stable is { } stable && !engine.IsReady(new InstanceId(key, stable.Candidate)) ? engine.Trouble(new InstanceId(key, stable.Candidate)) ?? $"{stable.Candidate} is not running" : null,
            Queue = [.. state.Queue.Select(item => Of(snapshot, environment, item, now))],
            Hold = state.Hold is { } hold ? new HoldStatus(hold.By, hold.Why, hold.At) : null,
            Window = Of(snapshot.Window(environment, now)),
            NotApplicable = environment.NotApplicable,
            Why = EnvironmentStory.Of(snapshot, environment, now).Why,
        };
    }

    public static QueuedStatus Of(ProjectSnapshot snapshot, EnvironmentSpec environment, QueuedDeployment item, DateTimeOffset now) => new(
        item.Request.Candidate.Value, DeploymentView.Word(item.IsRollback ? DeploymentKind.Rollback : DeploymentKind.Forward),
        item.Request.By, item.Request.Reason, item.At, Waits.Why(snapshot, environment, item, now));

    /// <summary>A slice in words.</summary>
    public static string Words(Slice slice) => slice switch
    {
        Slice.Audience => "internal audience",
        Slice.Percent percent => $"{percent.Share} of users",
        Slice.Rest => "everyone else",
        Slice.Everyone everyone => $"all traffic to {string.Join(", ", everyone.Hosts)}",
        _ => "no live traffic",
    };

    private static CandidateId? Wanted(EnvironmentState state, Deployment? deployment) => deployment switch
    {
        { Phase: Phase.Progressing or Phase.Settling or Phase.Succeeded } => deployment.Spec.Candidate.Candidate,
        _ => state.Stable?.Candidate,
    };

    private static IEnumerable<CandidateId> Versions(EnvironmentState state) =>
        new[] { state.Stable?.Candidate, state.Active?.Candidate.Candidate }.OfType<CandidateId>().Distinct();

    private static VersionTraffic Traffic(SlipwayEngine engine, InstanceId id)
    {
        var (perSecond, errors) = engine.Counts.Rate(id);
        return new VersionTraffic(id.Candidate.Value, Math.Round(perSecond, 2), Math.Round(errors, 5));
    }

    private static WindowStatus Of(Core.Governance.WindowState window) => new(window.IsOpen, window.Why, window.NextOpen, window.NextClose, window.Holds);
}
