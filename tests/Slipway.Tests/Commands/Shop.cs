using System.Text.Json;
using Slipway.Api;

namespace Slipway.Tests.Commands;

/// <summary>A project in the middle of things: dogfood done, canary held up, production part of the way.</summary>
internal static class Shop
{
    public static DateTimeOffset Now { get; } = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public static CheckStatus Errors { get; } = new("errors", "inconclusive", "0.35% of 3,412 requests failed, against 0.02% of 64,210", 2.4, 6.9, 3_412, 12, 64_210, 13);

    public static CheckStatus Latency { get; } = new("latency", "pass", "at most 1.5 times as slow as the baseline", -1.2, 6.9, 3_412, 0, 64_210, 0);

    public static DeploymentStatus Deployment { get; } = new()
    {
        Id = "shop.production.7",
        Project = "shop",
        Environment = "production",
        Candidate = "2026.11.23-2",
        Stable = "2026.11.23-1",
        Kind = "forward",
        Phase = "progressing",
        Paused = false,
        Step = 2,
        Steps = ["deploy", "weight 1% for 10m", "weight 5% for 10m", "weight 100%"],
        WeightPercent = 5,
        ConfirmedPercent = 5,
        Why = "5% of users are on 2026.11.23-2 and the checks have not enough evidence yet",
        Next = "weight 100% when the checks say safe",
        Until = Now + TimeSpan.FromSeconds(250),
        StartedAt = Now - TimeSpan.FromMinutes(20),
        RequestedBy = "ada",
        Instances = new InstancesStatus(1, 1, null, 1),
        Signals = [],
        Hooks = [],
        Checks = [Errors, Latency],
        Troubles = [],
    };

    public static DeploymentStatus Ended(string phase, string? cause = null) => Deployment with { Phase = phase, Cause = cause, Outcome = phase == "rolledBack" ? cause ?? "rolledBack" : phase, EndedAt = Now, Until = null, Why = $"it {phase}", Next = "nothing" };

    public static StatusResponse Status { get; } = new("0.1.0", 41, Now, [new ProjectStatus("shop", ["shop.local"],
    [
        Environment("dogfood", "internal audience", "2026.11.23-2") with { Traffic = [new VersionTraffic("2026.11.23-2", 3.25, 0)] },
        Environment("canary", "2% of users", "2026.11.23-1") with
        {
            Observed = [], Traffic = [], Trouble = "2026.11.23-1 ended with exit code 134 and is started again in 8s",
            Next = new NextStatus("2026.11.23-2", null), Why = "2026.11.23-2 waits for a person to promote it",
        },
        Environment("production", "everyone else", "2026.11.23-1") with
        {
            Wanted = "2026.11.23-2", Deployment = Deployment, Observed = ["2026.11.23-1", "2026.11.23-2"], Why = Deployment.Why,
            Traffic = [new VersionTraffic("2026.11.23-1", 642.1, 0.0002), new VersionTraffic("2026.11.23-2", 34.1, 0.0035)],
        },
    ])]);

    /// <summary>The same project on a bad day: one environment that does not apply, one held and closed, one that asks a person while something waits.</summary>
    public static StatusResponse Stuck { get; } = Status with
    {
        Projects = [Status.Projects[0] with
        {
            Environments =
            [
                Environment("dogfood", "internal audience", "") with { Serving = null, Wanted = null, LastGood = null, Observed = [], NotApplicable = "no internal users", Why = "not applicable: no internal users" },
                Environment("canary", "2% of users", "2026.11.23-1") with
                {
                    Next = new NextStatus("2026.11.23-2", null), Hold = new HoldStatus("grace", "incident 12", Now), Window = Closed,
                    Why = "2026.11.23-2 could come in, but promotions are held by grace: incident 12",
                },
                Environment("production", "everyone else", "2026.11.23-1") with
                {
                    Wanted = "2026.11.23-2", Observed = ["2026.11.23-1", "2026.11.23-2"], Window = Closed, Deployment = Asking, Why = Asking.Why,
                    Queue = [new QueuedStatus("2026.11.23-1", "rollback", "ada", null, Now, "shop.production.7 (2026.11.23-2) is taken back first"), new QueuedStatus("2026.11.23-3", "forward", "bob", "the fix", Now, "shop.production.7 (2026.11.23-2) is under way, and the sale (opens 2026-11-30 06:00:00Z)")],
                },
            ],
        }],
    };

    private static WindowStatus Closed => new(false, "the sale", Now.AddDays(7), null, Holds: true);

    private static DeploymentStatus Asking => Deployment with
    {
        Paused = true, PausedBy = "slipway", AsksPerson = true, HeldWhy = "the sale", Until = null, Checks = [],
        Instances = new InstancesStatus(2, 3, 1, 2),
        Signals = [new SignalStatus("qa", true, "ci", null)],
        Hooks = [new HookStatus("migrate", "succeeded", false, null), new HookStatus("smoke", "failed", false, "exit code 1")],
        Why = "paused: inconclusive: not enough evidence within 10m", Next = "`slipway promote` to go on, `slipway abort` to go back",
    };

    public static IReadOnlyList<ActionOption> Actions { get; } =
    [
        new() { Verb = "approve", Typed = "slipway approve production", Does = "refused", Says = "nothing waits for an approval now", Remedy = "look at `slipway explain` for what it waits for", Code = "SLIP0301", NeedsReason = false, Arguments = new() },
        new() { Verb = "cancel", Typed = "slipway cancel production", Does = "nothing", Says = "nothing waits here", NeedsReason = false, Arguments = new() },
        new() { Verb = "promote", Typed = "slipway promote production", Does = "something", Says = "shop.production.7: it goes on: 100 % of users", NeedsReason = false, Arguments = new() },
        new() { Verb = "deploy", Typed = "slipway deploy production 2026.11.23-3 --override-freeze", Does = "something", Says = "2026.11.23-3 waits: it begins when shop.production.7 (2026.11.23-2) has ended", NeedsReason = true, Arguments = new("2026.11.23-3", OverrideFreeze: true) },
    ];

    public static ProjectStatus Other { get; } = new("search", [], []);

    public static IReadOnlyList<EventResponse> Events { get; } =
    [
        Event(40, "shop/production", "deploymentStarted", "ada brings 2026.11.23-2 in"),
        Event(41, "shop.production.7", "weightConfirmed", "5% of users are on 2026.11.23-2"),
    ];

    public static ExplainResponse Explanation { get; } = new("shop.production.7", "2026.11.23-2 into production: progressing, step 3 of 4: weight 5% for 10m",
        [Deployment.Why, "check errors says inconclusive: 0.35% of 3,412 requests failed, against 0.02% of 64,210, which is worse and still may be chance"],
        ["weight 100% when the checks say safe (in 4m 10s)", "next: weight 100%"], [Errors, Latency], Events);

    public static ReleaseResponse Release { get; } = new()
    {
        Project = "shop", Version = "1.2.0", Number = 4, ArtifactKind = "archive", Digest = "sha256:ab", CreatedBy = "ada", CreatedAt = Now,
        Environments = [new ReleaseWhere("dogfood", "serving")],
    };

    public static EventResponse Event(long position, string stream, string type, string summary) =>
        new(position, stream, 1, type, Now + TimeSpan.FromSeconds(position), summary, JsonDocument.Parse("{}").RootElement);

    private static EnvironmentStatus Environment(string name, string slice, string serving) => new()
    {
        Name = name, Tier = "production", Slice = slice, After = [], Wanted = serving, Serving = serving, LastGood = serving, Observed = [serving], Traffic = [],
        Queue = [], Window = new WindowStatus(true, "no window closes it"), Why = $"{serving} serves; nothing newer is eligible",
    };
}
