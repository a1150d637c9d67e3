using Slipway.Core.Configuration;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;

namespace Slipway.Core.Projects;

/// <summary>A strategy begins with a deploy, never falls, reaches everyone, and waits only for what can come.</summary>
internal static class StrategyRules
{
    public static void Check(EnvironmentSpec environment, string path, Findings findings)
    {
        CheckDeploy(environment, path, findings);
        CheckWeights(environment, path, findings);
        CheckPlaces(environment, path, findings);
        CheckHooks(environment, path, findings);
        CheckEvidence(environment, path, findings);
    }

    /// <summary>Asks of no approval more people than it names.</summary>
    public static void CheckApprovals(EnvironmentSpec environment, string path, Findings findings)
    {
        if (environment.Promote is PromotionPolicy.Approved promote)
        {
            CheckPeople(promote.By.Length, promote.Count, $"{path}.promote", findings);
        }

        for (var i = 0; i < environment.Strategy.Length; i++)
        {
            if (environment.Strategy[i] is ApproveStep step)
            {
                CheckPeople(step.By.Length, step.Count, StepPath(path, i), findings);
            }
        }
    }

    private static void CheckPeople(int named, int count, string path, Findings findings)
    {
        if (count < 1)
        {
            findings.Add(ProblemCode.ImpossibleApproval, path, $"a count of {count} asks for no approval", "write count: 1 or more, or remove the approval");
        }
        else if (named > 0 && count > named)
        {
            findings.Add(ProblemCode.ImpossibleApproval, path, $"{count} approvals are asked of {named} who may give them", "name more in 'by', lower 'count', or leave 'by' out so that anyone may approve");
        }
    }

    private static void CheckDeploy(EnvironmentSpec environment, string path, Findings findings)
    {
        for (var i = 0; i < environment.Strategy.Length; i++)
        {
            if (environment.Strategy[i] is DeployStep != (i == 0))
            {
                findings.Add(
                    ProblemCode.DeployNotFirst,
                    StepPath(path, i),
                    i == 0 ? "a step stands before 'deploy', when there is nothing yet to act on" : "'deploy' is not the first step",
                    "let 'deploy' be the first step and stand only once; for people to approve before anything starts, use promote: { approve: {...} }");
                return;
            }
        }
    }

    private static void CheckWeights(EnvironmentSpec environment, string path, Findings findings)
    {
        var last = Weight.None;
        for (var i = 0; i < environment.Strategy.Length; i++)
        {
            if (Reached(environment.Strategy[i]) is not { } weight)
            {
                continue;
            }

            if (weight < last)
            {
                findings.Add(ProblemCode.FallingWeights, StepPath(path, i), $"the weight falls from {last} to {weight}", "let the weights rise; going back is what a rollback does");
            }

            last = weight;
        }

        if (last != Weight.Full)
        {
            findings.Add(ProblemCode.NeverReachesTheEnd, $"{path}.strategy", $"a strategy that never reaches the end: its last weight is {last}", "end with { weight: 100% }");
        }
    }

    private static Weight? Reached(Step step) => step switch { WeightStep w => w.Weight, SwitchStep => Weight.Full, _ => null };

    /// <summary>Mirror and baseline need users of the stable side; a scale cannot exceed what there is.</summary>
    private static void CheckPlaces(EnvironmentSpec environment, string path, Findings findings)
    {
        for (var i = 0; i < environment.Strategy.Length; i++)
        {
            var step = environment.Strategy[i];
            if (step is MirrorStep or BaselineStep && environment.Slice is Slice.None)
            {
                findings.Add(ProblemCode.StepOutOfPlace, StepPath(path, i), "the step needs live traffic, and the environment takes none", "give the environment a slice, or remove the step");
            }
            else if (step is MirrorStep or BaselineStep && environment.Strategy.Take(i).Any(s => Reached(s) == Weight.Full))
            {
                findings.Add(ProblemCode.StepOutOfPlace, StepPath(path, i), "everyone is on the candidate already, so nothing is left to mirror or to compare with", "put the step before the weight of 100 % or the switch");
            }
            else if (step is ScaleStep { Instances: { } count } && count > environment.Deploy.Instances)
            {
                findings.Add(ProblemCode.ScaleTooLarge, StepPath(path, i), $"the candidate cannot have {count} instances where {environment.Deploy.Instances} serve everyone", "write at most that many, or raise deploy.instances");
            }
        }
    }

    private static void CheckHooks(EnvironmentSpec environment, string path, Findings findings)
    {
        var hooks = environment.Strategy.OfType<HookStep>().Select(s => s.Hook).Concat(environment.Hooks.Before).Concat(environment.Hooks.After).Concat(environment.Hooks.OnRollback);
        foreach (var twice in hooks.GroupBy(h => h.Name, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            findings.Add(ProblemCode.DuplicateHook, $"{path}.hooks", $"two hooks are named '{twice.Key}'", "give one of them a name: of its own");
        }
    }

    private static void CheckEvidence(EnvironmentSpec environment, string path, Findings findings)
    {
        var reached = false;
        for (var i = 0; i < environment.Strategy.Length; i++)
        {
            var step = environment.Strategy[i];
            reached |= step is AudienceStep or MirrorStep or SwitchStep or WeightStep { Weight.Value: > 0 };
            if (step is CheckStep or WeightStep { UntilSafe: true } && Why(environment, reached) is var (message, remedy))
            {
                findings.Add(ProblemCode.NothingToCheck, StepPath(path, i), message, remedy);
                return;
            }
        }
    }

    private static (string Message, string Remedy)? Why(EnvironmentSpec environment, bool reached) =>
        environment.Slice is Slice.None ? ("the step waits until the candidate is shown to be safe, but the environment takes no traffic that could show it", "give the environment a slice, or wait with { bake: 30m } instead")
        : environment.Checks.IsEmpty ? ("the step waits until the candidate is shown to be safe, but the environment has no checks", "add checks: [errors, latency], or wait with { bake: 30m } instead")
        : !reached ? ("the step waits until the candidate is shown to be safe, but nobody is sent to it yet", "put a weight or an audience before it")
        : null;

    private static string StepPath(string path, int index) => $"{path}.strategy#{index + 1}";
}
