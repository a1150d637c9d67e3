using System.Collections.Immutable;
using Slipway.Core.Configuration;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;

namespace Slipway.Core.Environments;

/// <summary>A wish to bring a candidate into an environment.</summary>
/// <param name="Force">Skip the promotion graph (never the bad flag); needs a reason.</param>
public sealed record DeployRequest(CandidateId Candidate, string By, string? Reason = null, bool Force = false)
{
    /// <summary>Begin although a window is closed or the line is stopped; needs a reason.</summary>
    public bool OverrideFreeze { get; init; }

    /// <summary>Take back what is under way and begin; null: as the environment's policy says.</summary>
    public bool? Supersede { get; init; }
}

/// <summary>A deployment, or why there is none.</summary>
public sealed record RequestOutcome(DeploymentSpec? Spec, Problem? Refusal)
{
    public static implicit operator RequestOutcome(DeploymentSpec spec) => new(spec, null);

    public static implicit operator RequestOutcome(Problem refusal) => new(null, refusal);
}

/// <summary>Turns wishes into deployments, or refuses them with what to do instead. Pure. Whether the environment is free is not asked here.</summary>
public static class DeploymentRequests
{
    public static RequestOutcome Deploy(ProjectSnapshot snapshot, EnvironmentName name, DeployRequest request, DateTimeOffset now)
    {
        var state = snapshot.Of(name);
        var environment = snapshot.Spec(name);
        var key = snapshot.Configuration.Key(environment);
        var place = $"environment {key}";
        if (snapshot.Project.Find(request.Candidate) is not { } candidate)
            return new Problem("SLIP0202", place, $"project '{key.Project}' has no candidate '{request.Candidate}'", "create it with `slipway release create`, or see `slipway release list`");
        if (environment.NotApplicable is { } why)
            return new Problem("SLIP0311", place, $"it is declared not applicable: {why}", "deploy to the environments after it, or remove `notApplicable` from the document");
        if (snapshot.Project.Bad.TryGetValue(candidate.Id, out var flag))
            return new Problem("SLIP0302", place, $"{candidate.Id} is flagged bad by {flag.By}: {flag.Why}", "deploy another candidate, or `slipway release unflag` it with your name and a reason");
        if (state.Active is null && state.Stable?.Candidate == candidate.Id)
            return new Problem("SLIP0304", place, $"{candidate.Id} already serves here", "nothing is left to do");
        if (request.Force && string.IsNullOrWhiteSpace(request.Reason))
            return new Problem("SLIP0305", place, "skipping the promotion graph needs a reason", "add `--reason`");
        if (request.OverrideFreeze && string.IsNullOrWhiteSpace(request.Reason))
            return new Problem("SLIP0305", place, "deploying in spite of a closed window needs a reason", "add `--reason`");
        if (!request.Force && Eligibility.Missing(snapshot, environment, candidate) is { Count: > 0 } missing)
            return new Problem("SLIP0306", place, $"{candidate.Id} has not succeeded in {string.Join(environment.AfterAny ? " or " : " and ", missing)} yet", $"deploy it there first, or use `--force --reason`");
        var older = state.Stable is { } stable && candidate.Number < snapshot.Project.Find(stable.Candidate)?.Number;
        return Forward(key, environment, state, candidate, request, RollbackWindow.Holds(snapshot, environment, candidate.Id, now), older);
    }

    /// <summary>Back to a good one: the newest, or the one named.</summary>
    public static RequestOutcome Rollback(ProjectSnapshot snapshot, EnvironmentName name, CandidateId? to, string by, string? reason)
    {
        var state = snapshot.Of(name);
        var environment = snapshot.Spec(name);
        var key = snapshot.Configuration.Key(environment);
        var place = $"environment {key}";
        var target = to is { } id ? state.Good.FirstOrDefault(w => w.Candidate == id) : state.LastGood(snapshot.Project);
        if (target is null)
        {
            return new Problem("SLIP0307", place, to is null ? "there is no earlier good candidate to return to" : $"{to} never succeeded here, or was rolled back",
                "deploy a candidate that you trust");
        }

        if (snapshot.Project.IsBad(target.Candidate))
            return new Problem("SLIP0302", place, $"{target.Candidate} is flagged bad", "choose another with `--to`");
        if (state.Active is null && target.Candidate == state.Stable?.Candidate)
            return new Problem("SLIP0304", place, $"{target.Candidate} already serves here", "nothing is left to do");
        return new DeploymentSpec
        {
            Id = DeploymentId.Of(key, state.Count + 1),
            Environment = key,
            Candidate = target,
            Stable = state.Stable,
            Steps = AtOnce,
            Slice = environment.Slice,
            OnFail = environment.OnFail,
            Kind = DeploymentKind.Rollback,
            LastResort = !state.Good.Any(w => w.Candidate != target.Candidate && w.Candidate != state.Stable?.Candidate && !snapshot.Project.IsBad(w.Candidate)),
            RequestedBy = by,
            Reason = reason,
        };
    }

    private static ImmutableArray<Step> AtOnce { get; } = [new DeployStep(), new WeightStep(Weight.Full, TimeSpan.Zero, false)];

    /// <summary>The first deployment has nothing to compare with and nobody to protect: it skips the canary steps, but never an approval or a hook.</summary>
    private static DeploymentSpec Forward(EnvironmentKey key, EnvironmentSpec environment, EnvironmentState state, Candidate candidate, DeployRequest request, bool fast, bool older) => new()
    {
        Id = DeploymentId.Of(key, state.Count + 1),
        Environment = key,
        Candidate = new Workload(candidate.Id, candidate.Artifact, environment.Deploy),
        Stable = state.Stable,
        Steps = Steps(environment, state.Stable is null || fast),
        IsReturn = older,
        Checks = environment.Checks,
        Slice = environment.Slice,
        OnFail = environment.OnFail,
        OnRollback = environment.Hooks.OnRollback,
        Scaling = environment.Scaling,
        Author = candidate.CreatedBy,
        RequestedBy = request.By,
        Reason = request.Reason,
    };

    private static ImmutableArray<Step> Steps(EnvironmentSpec environment, bool atOnce) =>
    [
        .. Approval(environment.Promote),
        .. environment.Hooks.Before.Select(h => new HookStep(h)),
        .. atOnce ? Shortened(environment.Strategy) : environment.Strategy,
        .. environment.Hooks.After.Select(h => new HookStep(h)),
    ];

    /// <summary>Approvals, then everyone at once, with the hooks that stand before that before it and the others after it.</summary>
    private static IEnumerable<Step> Shortened(ImmutableArray<Step> strategy)
    {
        var full = strategy.TakeWhile(s => s.Shape(TrafficSplit.Only(null)).Weight < Weight.Full).Count();
        return [.. strategy.OfType<ApproveStep>(), new DeployStep(), .. strategy.Take(full).OfType<HookStep>(), AtOnce[1], .. strategy.Skip(full).OfType<HookStep>()];
    }

    private static ImmutableArray<Step> Approval(PromotionPolicy policy) => policy is PromotionPolicy.Approved approved ? [new ApproveStep(approved.By, approved.Count) { NotAuthor = approved.NotAuthor }] : [];
}
