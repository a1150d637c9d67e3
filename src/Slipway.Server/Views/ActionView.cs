using Slipway.Api;
using Slipway.Core.Environments;

namespace Slipway.Server.Views;

/// <summary>Commands that can be given, as the API shows them.</summary>
internal static class ActionView
{
    public static ActionOption Of(Offer offer) => new()
    {
        Verb = Verb(offer.Command),
        Typed = offer.Typed,
        Does = offer.Outcome switch { { Refusal: not null } => "refused", { DoesSomething: true } => "something", _ => "nothing" },
        Says = offer.Outcome.Refusal?.Message ?? offer.Outcome.Said,
        Remedy = offer.Outcome.Refusal?.Remedy,
        Code = offer.Outcome.Refusal?.Code,
        NeedsReason = offer.NeedsReason,
        Arguments = Arguments(offer.Command),
    };

    private static string Verb(EnvironmentCommand command) => command switch
    {
        EnvironmentCommand.HoldPromotions => "hold",
        EnvironmentCommand.ReleasePromotions => "unhold",
        _ => DeploymentView.Word(command.GetType().Name),
    };

    private static ActionArguments Arguments(EnvironmentCommand command) => command switch
    {
        EnvironmentCommand.Deploy x => new(Candidate: x.Request.Candidate.Value, Supersede: x.Request.Supersede, OverrideFreeze: If(x.Request.OverrideFreeze)),
        EnvironmentCommand.Promote x => new(Full: If(x.Fully), OverrideFreeze: If(x.OverrideFreeze)),
        EnvironmentCommand.Rollback { To: { } to } => new(To: to.Value),
        EnvironmentCommand.Signal x => new(Name: x.Name, Passed: x.Passed),
        _ => new(),
    };

    private static bool? If(bool value) => value ? true : null;
}
