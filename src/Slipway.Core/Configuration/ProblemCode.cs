namespace Slipway.Core.Configuration;

/// <summary>Stable codes of what can be wrong with a project's configuration. <c>docs/errors.md</c> has a section for each.</summary>
public static class ProblemCode
{
    /// <summary>The text is no YAML, or uses a part of YAML that Slipway does not read.</summary>
    public const string Syntax = "SLIP0100";

    public const string UnknownKey = "SLIP0101";
    public const string MissingKey = "SLIP0102";

    /// <summary>A mapping, a list or a plain value stands where another of them is wanted.</summary>
    public const string WrongKind = "SLIP0103";

    public const string DuplicateKey = "SLIP0104";

    /// <summary>Not one of the words that can stand here.</summary>
    public const string UnknownWord = "SLIP0105";

    /// <summary>Not a duration, percentage, number, path or the like.</summary>
    public const string BadValue = "SLIP0106";

    public const string OutOfRange = "SLIP0107";

    /// <summary>A name outside its alphabet.</summary>
    public const string BadName = "SLIP0108";

    public const string BadHost = "SLIP0109";
    public const string BadNetwork = "SLIP0110";
    public const string BadCommand = "SLIP0111";

    /// <summary>Larger, deeper or longer than Slipway reads.</summary>
    public const string TooMuch = "SLIP0112";

    /// <summary>Several keys of which exactly one can stand.</summary>
    public const string ChooseOne = "SLIP0113";

    /// <summary>The same value twice in a list.</summary>
    public const string Repeated = "SLIP0114";

    public const string DuplicateEnvironment = "SLIP0120";
    public const string UnknownEnvironment = "SLIP0121";
    public const string Cycle = "SLIP0122";
    public const string AfterItself = "SLIP0123";

    public const string SlicesOverWhole = "SLIP0124";
    public const string SeveralRests = "SLIP0125";
    public const string SliceMissing = "SLIP0126";
    public const string SliceWithoutService = "SLIP0127";
    public const string NobodyTakesTheRest = "SLIP0128";
    public const string HostTaken = "SLIP0129";

    public const string FallingWeights = "SLIP0130";
    public const string NeverReachesTheEnd = "SLIP0131";
    public const string DeployNotFirst = "SLIP0132";
    public const string ImpossibleRamp = "SLIP0133";
    public const string ImpossibleApproval = "SLIP0134";

    /// <summary>A step stands where it cannot do anything: mirror, baseline or scale with nothing to act on, or a weight after a switch.</summary>
    public const string StepOutOfPlace = "SLIP0150";

    /// <summary>Two hooks of an environment have one name, and people could not tell them apart.</summary>
    public const string DuplicateHook = "SLIP0151";

    public const string ScaleTooLarge = "SLIP0152";
    public const string FleetWithApproval = "SLIP0153";
    public const string FleetWithSlice = "SLIP0154";

    /// <summary>A step waits for a verdict that can never come: no traffic, or no checks.</summary>
    public const string NothingToCheck = "SLIP0135";

    /// <summary>A check takes its numbers from a source that the project does not have.</summary>
    public const string UnknownSource = "SLIP0136";

    /// <summary>A secret written into the document, where everybody who may read it sees it.</summary>
    public const string SecretInTheClear = "SLIP0137";

    /// <summary>No recurrence rule of RFC 5545, or a part of it that no window follows.</summary>
    public const string BadRule = "SLIP0140";

    public const string UnknownZone = "SLIP0141";

    /// <summary>A local time that the clocks skip.</summary>
    public const string NoSuchLocalTime = "SLIP0142";

    public const string EndsBeforeItStarts = "SLIP0143";
    public const string DuplicateFreeze = "SLIP0144";

    /// <summary>A rule whose parts meet on no day.</summary>
    public const string NeverHappens = "SLIP0145";
}
