using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Core.Strategies;
using Slipway.Core.Tests.Deployments;
using Slipway.Core.Traffic;
using static Slipway.Core.Tests.Scenarios.Words;

namespace Slipway.Core.Tests.Scenarios;

/// <summary>Steps as scenarios write them: <c>deploy; weight 10% 60s safe; pause; weight 100%</c>.</summary>
internal static class StepWords
{
    public static ImmutableArray<Step> Read(string text) => [.. text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(One)];

    public static HookSpec Hook(string name) => new HookSpec.Command([name])
    {
        Name = name.TrimEnd('!', '~'),
        FailureIsBad = name.EndsWith('!'),
        Undo = name.EndsWith('~') ? new HookSpec.Command(["undo"]) { Name = $"undo-{name.TrimEnd('~')}" } : null,
    };

    private static Step One(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words[0] switch
        {
            "deploy" => new DeployStep(),
            "audience" => new AudienceStep(Given.Employees),
            "weight" => new WeightStep(Percent(words[1]), words.Length > 2 && words[2] != "safe" ? Time(words[2]) : TimeSpan.Zero, words[^1] == "safe"),
            "pause" => new PauseStep(words.Length > 1 ? Time(words[1]) : null),
            "bake" => new BakeStep(Time(words[1])),
            "check" => new CheckStep(Time(words[1])),
            "approve" => new ApproveStep([.. words.Skip(1).Where(w => w != "not-author")], 1) { NotAuthor = words.Contains("not-author") },
            "signal" => new SignalStep(words[1], Time(words[2])),
            "hook" => new HookStep(Hook(words[1])),
            "mirror" => new MirrorStep(Percent(words[1]), words.Length > 2 ? Time(words[2]) : TimeSpan.Zero),
            "switch" => new SwitchStep(),
            "baseline" => new BaselineStep(),
            "scale" => new ScaleStep(words[1] == "weight" ? null : Number(words[1])),
            _ => throw new FormatException($"no step '{text}'"),
        };
    }
}
