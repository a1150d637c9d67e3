using System.Collections.Immutable;
using System.Text.Json;
using CsCheck;
using Slipway.Core;
using Slipway.Core.Analysis;
using Slipway.Core.Configuration;
using Slipway.Core.Projects;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;
using Slipway.Server.Configuration;

namespace Slipway.Server.Tests.Configuration;

public class YamlProjectTests
{
    internal const string Shop = """
        project: shop
        source: { git: https://example.test/shop.git, paths: ["services/shop/**"] }
        versions: calver                       # or semver
        service: { host: shop.local, userKey: { cookie: uid } }
        defaults:
          deploy: { process: { command: ./shop, health: /healthz } }
        environments:
          - name: dogfood
            tier: staging
            slice: { audience: { header: { x-employee: "true" } } }
            deploy: { process: { command: ./shop, health: /healthz } }
            bake: 30m
          - name: canary
            after: [dogfood]
            slice: { percent: 2 }
            checks: [{ errors: {} }, { latency: {} }]
            promote: { automatic: { after: 15m } }
          - name: production
            after: [canary]
            strategy: { ramp: { from: 1%, to: 100%, factor: 2, every: 10m }, until: safe }
            promote: { approve: { by: [sre], count: 1 } }
            onFail: rollback                   # or: pause
        """;

    /// <summary>Every key of an environment, in most of its ways to write it.</summary>
    internal const string Everything = """
        project: shop
        versions: semver
        service: { hosts: [shop.example, www.shop.example], userKey: clientAddress, routes: { checkout: /checkout, search: /api/search } }
        defaults:
          checks: [errors, { latency: { tolerance: 10%, floor: 5ms, warmUp: 30s, strata: [region] } }, { outage: { silence: 9s, restarts: 2 } }]
          deploy: { process: { command: [./shop, --port, "{port}"], health: /healthz, startTimeout: 2m, stopGrace: 0s, env: { LOG: debug, LEVEL: 3 } } }
        environments:
          - name: own-host
            slice: { hosts: [dogfood.shop.example] }
            checks: []
            promote: automatic
            onFail: pause
          - name: insiders
            slice: { audience: { header: { x-employee: true }, cookie: { beta: "yes" }, cidr: [10.0.0.0/8, "fd00::/8"], users: [ann] } }
            strategy: { audience: { users: [bob] }, approve: { count: 2 }, ramp: { weights: [1%, 2.5, 100%], every: 90s } }
          - name: batch
            slice: none
            strategy: [approve, { weight: 100 }]
          - name: production
            tier: production
            after: [own-host, insiders]
            slice: rest
            strategy:
              - deploy
              - audience: { cidr: [10.0.0.0/8] }
              - weight: 0.5%
              - weight: { to: 5, hold: 1h30m, until: safe }
              - check
              - ramp: { from: 10%, to: 30%, step: 10%, every: 90s }
              - check: { within: 500ms }
              - approve: { by: [ann, bob], count: 2 }
              - ramp: { from: 40%, factor: 1.5, until: safe }
              - bake: 1d
            bake: 2d
            promote: { approve: { by: [ann] } }
          - name: all-steps
            tier: production
            after: { any: [own-host, insiders] }
            slice: { percent: 0.5% }
            deploy: { process: { command: ./shop }, instances: 4 }
            strategy:
              - deploy
              - baseline
              - mirror: 10%
              - mirror: { percent: 20%, for: 10m }
              - hook: { webhook: https://ci.example/smoke, secret: HOOK_KEY, timeout: 1m, retries: 2, bad: true, undo: { command: ./undo } }
              - hook: { command: [./migrate, up, "{version}"], name: migrate }
              - scale: 3
              - weight: 10%
              - scale: weight
              - signal: qa
              - signal: { name: security, within: 2h }
              - pause
              - pause: 10m
              - approve: { by: [ann], author: false, within: 2d }
              - blueGreen: { preview: { users: [bob] }, for: 5m, approve: { by: [ann] }, watch: 30m }
            watch: 10m
            whenBusy: supersede
            scaling: follow
            hooks: { before: [{ command: ./ready }], after: [{ webhook: https://chat.example/said }], onRollback: [{ webhook: https://chat.example/back, name: back }] }
            rollback: { window: { revisions: 3, within: 7d }, keepWarm: 30m }
          - name: nobody
            slice: none
            notApplicable: no internal users
            strategy: { blueGreen: { for: 10m } }
          - name: fleet
            slice: none
            deploy: { process: { command: [./shop, --target, "{target}"], env: { TARGET: "{target}" } } }
            strategy: [{ weight: 100% }]
            targets:
              rings: [{ name: pilot, targets: [eu-1] }, { targets: [eu-2, us-1] }]
              atOnce: 2
              minimum: 90%
              soak: 30m
              onFail: pause
              hosts: ["{target}.shop.example"]
        """;

    [Fact]
    public void ADocumentWithEveryKeyReads() => Assert.Equal(9, Accept(Everything).Environments.Length);

    [Fact]
    public void TheDesignsDocumentReads()
    {
        var project = Accept(Shop);

        Assert.Equal("shop", project.Id.Value);
        Assert.Equal("https://example.test/shop.git", project.Source!.Git);
        Assert.Equal(new UserKeySource(UserKeyKind.Cookie, "uid"), project.Service!.UserKey);
        Assert.Equal(["shop.local"], project.Service.Hosts);
        Assert.Equal(["dogfood", "canary", "production"], project.Environments.Select(e => e.Name.Value));
    }

    [Fact]
    public void AnEnvironmentWithoutStrategyGoesToEveryoneIsCheckedAndBakes()
    {
        var dogfood = Accept(Shop).Environments[0];

        Assert.Equal(
            [new DeployStep(), new WeightStep(Weight.Full, TimeSpan.Zero, false), new CheckStep(TimeSpan.FromHours(1)), new BakeStep(TimeSpan.FromMinutes(30))],
            dogfood.Strategy);
        Assert.Equal([new CheckSpec.Errors(), new CheckSpec.Latency()], dogfood.Checks);
        Assert.Equal([new NameValue("x-employee", "true")], Assert.IsType<Slice.Audience>(dogfood.Slice).Rule.Headers);
        Assert.Equal(Tier.Staging, dogfood.Tier);
    }

    [Fact]
    public void ADoublingRampIsUnrolledAndHoldsUntilSafe()
    {
        var production = Accept(Shop).Environments[2];

        Assert.IsType<DeployStep>(production.Strategy[0]);
        Assert.Equal([1m, 2m, 4m, 8m, 16m, 32m, 64m, 100m], production.Strategy.OfType<WeightStep>().Select(w => w.Weight.Percent));
        Assert.Equal(new WeightStep(new Weight(1000), TimeSpan.FromMinutes(10), true), production.Strategy[1]);
        Assert.Equal(["sre"], Assert.IsType<PromotionPolicy.Approved>(production.Promote).By);
    }

    [Fact]
    public void TheOnlyEnvironmentThatSaysNoSliceTakesTheRest() => Assert.IsType<Slice.Rest>(Accept(Shop).Environments[2].Slice);

    [Fact]
    public void AnEnvironmentInheritsWhatItDoesNotSay() =>
        Assert.Equal(["./shop"], Assert.IsType<DeploySpec.Process>(Accept(Shop).Environments[1].Deploy).Command);

    [Fact]
    public void AProjectWithoutAServiceTakesNoTraffic()
    {
        var only = Accept("""
            project: worker
            environments:
              - name: production
                deploy: { process: { command: ./worker } }
            """).Environments.Single();

        Assert.IsType<Slice.None>(only.Slice);
        Assert.Equal([new DeployStep(), new WeightStep(Weight.Full, TimeSpan.Zero, false)], only.Strategy);
    }

    [Fact]
    public void EveryStepCanBeWrittenInAList()
    {
        var strategy = Production("""
            strategy:
              - deploy
              - audience: { cookie: { beta: "yes" }, cidr: [10.0.0.0/8], users: [ann] }
              - approve: { by: [ann, bob], count: 2 }
              - weight: 0.5%
              - weight: { to: 5, hold: 1h30m, until: safe }
              - check
              - ramp: { from: 10%, to: 30%, step: 10%, every: 90s }
              - check: { within: 500ms }
              - ramp: { weights: [50%, 100%], until: safe }
              - approve
            bake: 2d
            """).Strategy;

        Assert.Equal(
            ["deploy", "audience", "approve 2", "0.5 % 00:00:00 False", "5 % 01:30:00 True", "check 01:00:00", "10 % 00:01:30 False", "20 % 00:01:30 False",
             "30 % 00:00:00 False", "check 00:00:00.5000000", "50 % 00:10:00 True", "100 % 00:00:00 False", "approve 1", "bake 2.00:00:00"],
            strategy.Select(Told));
    }

    [Fact]
    public void AMappingMayBeginWithAnAudienceAndAnApproval() =>
        Assert.Equal(
            ["deploy", "audience", "approve 1", "50 % 00:01:00 False", "100 % 00:00:00 False"],
            Production("strategy: { ramp: { weights: [50, 100], every: 1m }, approve: { by: [ann] }, audience: { users: [ann] } }").Strategy.Select(Told));

    [Fact]
    public void ChecksTakeTheirLimits() =>
        Assert.Equal(
            [
                new CheckSpec.Errors { Alpha = 0.01, Tolerance = 1.5, AbsoluteTolerance = 0.002, Beta = 0.1, Objective = 0.001, Per = CountedPer.Client },
                new CheckSpec.Latency { Alpha = 0.02, Tolerance = 0.1, Floor = TimeSpan.FromMilliseconds(5), WarmUp = TimeSpan.FromSeconds(30) },
                new CheckSpec.Outage { Silence = TimeSpan.FromSeconds(9), Restarts = 2 },
            ],
            Production("""
                checks:
                  - errors: { alpha: 1%, tolerance: 1.5, absoluteTolerance: 0.2%, beta: 0.1, objective: 0.1%, per: client }
                  - latency: { alpha: 0.02, tolerance: 10%, floor: 5ms, warmUp: 30s }
                  - outage: { silence: 9s, restarts: 2 }
                """).Checks);

    [Fact]
    public void ChecksTakeTheirSourceAndTheirPolicies()
    {
        var project = Accept("""
            project: shop
            sources:
              - name: prom
                prometheus: { url: http://prometheus.example:9090, timeout: 5s, headers: { authorization: "Bearer ${PROM_TOKEN}" } }
              - { name: script, command: { command: [./measure, --all] } }
            environments:
              - name: production
                deploy: { process: { command: ./shop } }
                checks:
                  - errors:
                      name: api
                      from: { source: prom, total: 'sum(increase(a{v="{{version}}"}[{{window}}]))', count: b }
                      onFail: pause
                      onInconclusive: continue
                      onError: { retry: 2, then: rollback }
                      dryRun: true
                      initialDelay: 1m
                      warmUp: 2m
                      interval: 30s
                  - outage: { onFail: pause }
                strategy: [{ weight: 100% }]
            """);
        Assert.Equal(
            [
                new MetricSourceSpec("prom", "prometheus", Texts(("url", "http://prometheus.example:9090"), ("timeout", "5s"), ("headers.authorization", "Bearer ${PROM_TOKEN}"))),
                new MetricSourceSpec("script", "command", Texts(("command", """["./measure","--all"]"""))),
            ],
            project.Sources);
        Assert.Equal(
            [
                new CheckSpec.Errors
                {
                    As = "api", Alpha = 0.01, From = new MetricQuery("prom", MetricShape.Counts, Texts(("total", """sum(increase(a{v="{{version}}"}[{{window}}]))"""), ("count", "b"))), OnFail = OnFail.Pause,
                    OnInconclusive = OnInconclusive.Continue, OnError = new OnError(2, WhenBlind.Rollback), DryRun = true, InitialDelay = TimeSpan.FromMinutes(1), WarmUp = TimeSpan.FromMinutes(2), Interval = TimeSpan.FromSeconds(30),
                },
                new CheckSpec.Outage { OnFail = OnFail.Pause },
            ],
            project.Environments[0].Checks);
        Assert.Equal(project.Environments[0].Checks, JsonSerializer.Deserialize<Project>(JsonSerializer.Serialize(project, SlipwayJson.Options), SlipwayJson.Options)!.Environments[0].Checks);
    }

    [Fact]
    public void AlphaIsSharedOutAmongTheChecksThatSayNone() =>
        Assert.Equal(
            [0.0005, 0.0003, 0.0001, 0.0001, 0.02],
            Production("""
                alpha: 0.1%
                checks:
                  - errors
                  - latency
                  - split
                  - split: { name: again, tolerance: 2 }
                  - errors: { name: other, alpha: 2% }
                """).Checks.Select(c => Math.Round(c switch { CheckSpec.Errors e => e.Alpha, CheckSpec.Latency l => l.Alpha, CheckSpec.Split s => s.Alpha, _ => 0 }, 12)));

    [Fact]
    public void LimitsAndThePeersRulesAreRead() =>
        Assert.Equal(
            [
                new CheckSpec.Limit { As = "few", ErrorRate = 0.05, Minimum = 200 },
                new CheckSpec.Limit { As = "slow", Quantile = 0.99, Slowest = TimeSpan.FromMilliseconds(800), Over = TimeSpan.FromMinutes(2) },
                new CheckSpec.Split { Alpha = 0.01, Tolerance = 2, OnFail = OnFail.Rollback },
            ],
            Production("""
                checks:
                  - limit: { name: few, errors: 5%, minimum: 200 }
                  - limit: { name: slow, p99: 800ms, over: 2m }
                  - split: { tolerance: 2, onFail: rollback }
                """).Checks);

    private static ImmutableSortedDictionary<string, string> Texts(params (string Key, string Value)[] texts) => texts.ToImmutableSortedDictionary(t => t.Key, t => t.Value);

    [Fact]
    public void NoChecksIsSaidWithAnEmptyList() => Assert.Empty(Production("checks: []").Checks);

    [Fact]
    public void SeveralProblemsAreAllToldAtOnceInTheOrderOfTheDocument()
    {
        var problems = Refuse("""
            project: Shop
            verions: calver
            service: { host: "http://shop" }
            environments:
              - name: canary
                after: [nowhere]
                slice: { percent: 200 }
                deploy: { process: { command: "" } }
              - name: production
                deploy: { process: { command: ./shop } }
                strategy: [{ weight: 50% }]
            """);

        Assert.Equal(
            [ProblemCode.BadName, ProblemCode.UnknownKey, ProblemCode.BadHost, ProblemCode.UnknownEnvironment, ProblemCode.OutOfRange, ProblemCode.BadCommand, ProblemCode.NeverReachesTheEnd],
            problems.Select(p => p.Code));
    }

    [Fact]
    public void AnInheritedProblemIsToldOnceAndAtItsPlace()
    {
        var problem = Assert.Single(Refuse("""
            project: shop
            service: {}
            defaults:
              deploy: { process: { command: ./shop } }
              strategy: [{ weight: 50% }, { weight: 20% }, { weight: 100% }]
            environments:
              - { name: canary, slice: { percent: 1 } }
              - { name: production }
            """));

        Assert.Equal(
            "SLIP0130: slipway.yaml:5:31 defaults.strategy[1]: the weight falls from 50 % to 20 %; let the weights rise; going back is what a rollback does",
            problem.ToString());
    }

    [Fact]
    public void ReadingNeverThrowsWhateverTheTextBecomes()
    {
        const string alphabet = "{}[]:,-#&*!|>'\"%@`\n\t ~0159azRestée\u0000\u200b\\";
        var edit = Gen.Select(Gen.Int[0, Shop.Length - 1], Gen.Int[0, 30], Gen.String[Gen.Char[alphabet], 0, 6]);
        edit.Array[1, 8].Sample(
            edits =>
            {
                var text = edits.Aggregate(Shop, (t, e) => t[..Math.Min(e.Item1, t.Length)] + e.Item3 + t[Math.Min(e.Item1 + e.Item2, t.Length)..]);
                return YamlReader.ReadProject(text, "slipway.yaml") is not ReadResult.Refused { Problems.IsEmpty: true };
            },
            iter: 3000);
    }

    [Fact]
    public void ReadingNeverThrowsWhateverPartsAreSwapped() =>
        Gen.Select(Gen.Int[0, 60], Gen.Int[0, 60]).Sample(
            swap =>
            {
                var words = Shop.Split(' ');
                var (i, j) = (swap.Item1 % words.Length, swap.Item2 % words.Length);
                (words[i], words[j]) = (words[j], words[i]);
                return YamlReader.ReadProject(string.Join(' ', words), "slipway.yaml") is not ReadResult.Refused { Problems.IsEmpty: true };
            },
            iter: 1000);

    private static string Told(Step step) => step switch
    {
        DeployStep => "deploy",
        AudienceStep => "audience",
        WeightStep w => $"{w.Weight} {w.Hold} {w.UntilSafe}",
        BakeStep b => $"bake {b.For}",
        CheckStep c => $"check {c.Within}",
        ApproveStep a => $"approve {a.Count}",
        _ => throw new InvalidOperationException($"a new step, {step}: write it in the list of this test"),
    };

    private static EnvironmentSpec Production(string keys) => Accept($"""
        project: shop
        service: {"{}"}
        environments:
          - name: production
            deploy: {"{ process: { command: ./shop } }"}
        {string.Join('\n', keys.Split('\n').Select(line => "    " + line))}
        """).Environments.Single();

    internal static Project Accept(string text) => YamlReader.ReadProject(text, "slipway.yaml") switch
    {
        ReadResult.Accepted accepted => accepted.Project,
        ReadResult.Refused refused => throw new InvalidOperationException(string.Join('\n', refused.Problems)),
        _ => throw new InvalidOperationException(),
    };

    private static ImmutableArray<Problem> Refuse(string text) => Assert.IsType<ReadResult.Refused>(YamlReader.ReadProject(text, "slipway.yaml")).Problems;
}
