using Slipway.Api;
using Slipway.Core.Analysis;
using Slipway.Core.Deployments;
using Slipway.Engine;

namespace Slipway.Server.Views;

/// <summary>Deployments as the API shows them.</summary>
internal static class DeploymentView
{
    public static DeploymentStatus Of(Deployment d, SlipwayEngine engine, DateTimeOffset now)
    {
        var story = Story.Of(d, now);
        return new DeploymentStatus
        {
            Id = d.Spec.Id.Value,
            Project = d.Spec.Environment.Project.Value,
            Environment = d.Spec.Environment.Name.Value,
            Candidate = d.Spec.Candidate.Candidate.Value,
            Stable = d.Spec.Stable?.Candidate.Value,
            Kind = Word(d.Spec.Kind),
            Phase = Word(d.Phase),
            Outcome = Outcomes.Of(d) is { } outcome ? Word(outcome) : null,
            Paused = d.IsPaused,
            PausedBy = d.PausedBy,
            AsksPerson = d.PausedByItself,
            HeldWhy = d.HeldWhy,
            Overdue = d.Overdue,
            Step = Math.Max(0, d.StepIndex),
            Steps = [.. d.Spec.Steps.Select(s => s.Describe())],
            WeightPercent = d.Phase is Phase.RollingBack or Phase.RolledBack || !d.CandidateReady ? 0 : d.Weight.Percent,
            ConfirmedPercent = d.ConfirmedWeight?.Percent,
            Why = story.Why,
            Next = story.Next,
            Until = story.Until,
            StartedAt = d.StartedAt,
            EndedAt = d.EndedAt,
            WaitedForPeopleSeconds = d.WaitedForPeople.At(now).TotalSeconds,
            Cause = d.Cause is { } cause ? Word(cause) : null,
            RequestedBy = d.Spec.RequestedBy,
            Instances = new InstancesStatus(d.CandidateInstances, d.WantedCandidates, d.StableInstances, d.Spec.Stable is null ? 0 : d.WantedStables),
            Signals = [.. d.Signals.Select(s => new SignalStatus(s.Name, s.Passed, s.By, s.Why))],
            Hooks = [.. HookStates.Of(d).Select(h => new HookStatus(h.Name, Word(h.Phase), h.Undoes, h.Why))],
            Checks = Checks(d, engine.Report(d.Spec.Id)),
            Troubles = engine.Troubles(d.Spec.Id),
        };
    }

    /// <summary>What failed is shown as it was when it failed; the rest as of the newest look.</summary>
    public static IReadOnlyList<CheckStatus> Checks(Deployment d, AnalysisReport? report)
    {
        var failed = d.Failures.Select(f => new CheckStatus(f.Check, Word(Verdict.Fail), f.Summary, f.LogEvidence, f.LogLimit, f.CandidateRequests, f.CandidateErrors, f.BaselineRequests, f.BaselineErrors) { Source = f.Source, DryRun = f.DryRun, Effect = Of(f.Effect), Stratum = f.Stratum }).ToList();
        var live = report?.Checks.Where(c => failed.All(f => f.Name != c.Name))
            .Select(c => new CheckStatus(c.Name, Word(c.Verdict), c.Summary, Finite(c.LogEvidence), Finite(c.LogLimit), c.CandidateRequests, c.CandidateErrors, c.BaselineRequests, c.BaselineErrors)
            {
                Source = c.Source, DryRun = c.DryRun, Effect = Of(c.Effect), Stratum = c.Stratum, CouldSee = c.CouldSee, Change = c.Change,
            }) ?? [];
        return [.. failed, .. live];
    }

    private static EffectStatus? Of(EffectSize? effect) => effect is null ? null : new(effect.Ratio, effect.Lower, effect.Upper);

    public static string Word<T>(T value) where T : struct, Enum => Word(value.ToString());

    public static string Word(string name) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(name);

    private static double? Finite(double? value) => value is { } v && double.IsFinite(v) ? v : null;
}
