using System.Collections.Immutable;
using Slipway.Core.Strategies;

namespace Slipway.Core.Configuration.Steps;

/// <summary>
/// <c>{ blueGreen: { preview: {...}, for: 10m, approve: {...}, watch: 30m } }</c>: the new version beside the old one, perhaps with an audience, then
/// everyone at once, with the old one running until the watch is over. Unrolled before anything runs.
/// </summary>
internal static class BlueGreenReader
{
    private const string Example = "{ preview: { header: { x-employee: \"true\" } }, for: 10m, approve: {}, watch: 30m }";

    public static ImmutableArray<Step> Read(Value entry, Value? options) => options is { } value ? Read(value) : [new SwitchStep()];

    public static ImmutableArray<Step> Read(Value value)
    {
        if (value.Mapping(Example) is not { } fields)
        {
            return [];
        }

        var preview = fields.Optional("preview") is { } audience ? AudienceReader.Read(audience) : null;
        var before = fields.Optional("for")?.PositiveDuration();
        var approve = fields.Optional("approve") is { } people ? ApprovalReader.Read(people) : null;
        var watch = fields.Optional("watch")?.PositiveDuration();
        fields.End();
        return
        [
            .. preview is { } rule ? (Step[])[new AudienceStep(rule)] : [],
            .. before is { } time ? (Step[])[new BakeStep(time)] : [],
            .. approve is { } step ? (Step[])[step] : [],
            new SwitchStep(),
            .. watch is { } after ? (Step[])[new BakeStep(after)] : [],
        ];
    }
}
