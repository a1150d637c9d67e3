using Slipway.Core.Traffic;

namespace Slipway.Core.Configuration;

internal static class SliceReader
{
    private const string Example = "{ percent: 2 }, { audience: {...} }, { hosts: [...] }, rest or none";

    public static Slice? Read(Value value)
    {
        if (value.Scalar is { } word)
        {
            return Word(value, word);
        }

        if (value.Mapping(Example) is not { } fields)
        {
            return null;
        }

        var (audience, percent, hosts) = (fields.Optional("audience"), fields.Optional("percent"), fields.Optional("hosts"));
        fields.End();
        if (!fields.Keys.Any())
        {
            value.Report(ProblemCode.MissingKey, "the slice says nothing", $"write {Example}");
        }

        return !fields.Exclude("audience", "percent", "hosts") ? null
            : audience is { } a ? AudienceReader.Read(a) is { } rule ? new Slice.Audience(rule) : null
            : percent is { } p ? Share(p)
            : hosts is { } h ? new Slice.Everyone(h.AtLeastOne("[dogfood.shop.example]", Scalars.Host))
            : null;
    }

    private static Slice.Percent? Share(Value value)
    {
        if (value.Percent() is not { } share)
        {
            return null;
        }

        if (share == Weight.None)
        {
            value.Report(ProblemCode.OutOfRange, $"{value.Shown} is no slice at all", "write a percentage from 0.001% to 100%, or slice: none");
            return null;
        }

        return new Slice.Percent(share);
    }

    private static Slice? Word(Value value, string word)
    {
        switch (word)
        {
            case "rest":
                return new Slice.Rest();
            case "none":
                return new Slice.None();
            default:
                value.Report(ProblemCode.UnknownWord, $"{value.Shown} is no slice", $"write {Example}");
                return null;
        }
    }
}
