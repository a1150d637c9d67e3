using Slipway.Core.Projects;
using Slipway.Core.Strategies;

namespace Slipway.Core.Configuration;

internal static class PromotionReader
{
    private const string Example = "manual, automatic, { automatic: { after: 15m } } or { approve: { by: [sre], count: 1 } }";

    public static PromotionPolicy? Read(Value value) => Choice.Read(value, ["manual", "automatic", "approve"], Example) switch
    {
        null => null,
        { Name: "manual" } manual => Manual(manual),
        { Name: "automatic" } automatic => Automatic(automatic),
        var approve => ApprovalReader.Read(approve.Options) is { } people ? new PromotionPolicy.Approved(people.By, people.Count) { NotAuthor = people.NotAuthor } : null,
    };

    private static PromotionPolicy.Manual Manual(Choice choice)
    {
        choice.Options?.Report(ProblemCode.WrongKind, "'manual' takes no options", "write promote: manual");
        return new PromotionPolicy.Manual();
    }

    private static PromotionPolicy.Automatic? Automatic(Choice choice)
    {
        if (choice.Options is not { } options)
        {
            return new PromotionPolicy.Automatic(TimeSpan.Zero);
        }

        if (options.Mapping("{ after: 15m }") is not { } fields)
        {
            return null;
        }

        var after = fields.Optional("after")?.Duration() ?? TimeSpan.Zero;
        fields.End();
        return new PromotionPolicy.Automatic(after);
    }
}
