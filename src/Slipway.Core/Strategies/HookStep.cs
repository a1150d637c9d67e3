using System.Text.Json.Serialization;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;

namespace Slipway.Core.Strategies;

/// <summary>Runs something of the user's own and waits until it has succeeded.</summary>
public sealed record HookStep(HookSpec Hook) : Step
{
    [JsonIgnore]
    public override bool IsNeeded => true;

    [JsonIgnore]
    public override HookSpec? Runs => Hook;

    public override StepAnswer Judge(StepView view, DateTimeOffset now) => view switch
    {
        { Hook: { Failure: null } } or { Promoted: true } => new StepAnswer.Pass(),
        { Hook.Failure: { } why } => new StepAnswer.Fail($"hook {Hook.Name}: {why}", Hook.FailureIsBad ? RollbackCause.Bad : RollbackCause.Failed),
        _ => new StepAnswer.Wait($"hook {Hook.Name} is running"),
    };

    public override string Describe() => $"run the hook {Hook.Name}";
}
