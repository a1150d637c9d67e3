using Slipway.Core.Strategies;

namespace Slipway.Core.Configuration;

/// <summary>Reads who approves: <c>{ by: [sre], count: 1, author: false, within: 2d }</c>. Without <c>by</c> anyone may.</summary>
internal static class ApprovalReader
{
    public static ApproveStep? Read(Value? options)
    {
        if (options is not { } value)
        {
            return new ApproveStep([], 1);
        }

        if (value.Mapping("{ by: [sre], count: 1 }") is not { } fields)
        {
            return null;
        }

        var by = fields.Optional("by")?.AtLeastOne("[sre]", v => v.Line("a person or group")) ?? [];
        var count = fields.Optional("count") is { } number ? number.Count(int.MinValue, int.MaxValue) : 1;
        var author = fields.Optional("author")?.Word(("true", true), ("false", false)) ?? true;
        var within = fields.Optional("within")?.PositiveDuration();
        fields.End();
        return count is { } c ? new ApproveStep(by, c) { NotAuthor = !author, Within = within } : null;
    }
}
