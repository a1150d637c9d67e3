using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Deployments;
using Slipway.Core.Environments;
using Slipway.Core.Governance;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Strategies;
using Slipway.Core.Tests.Deployments;
using Slipway.Core.Tests.Environments;
using Slipway.Core.Traffic;
using Slipway.Testing;
using static Slipway.Core.Tests.Scenarios.Words;

namespace Slipway.Core.Tests.Scenarios;

/// <summary>Plays a script on the real core: a project, a clock, and a world that does what it is asked only when the script says so.</summary>
internal sealed class Stage
{
    private readonly List<EnvironmentSpec> _environments = [];
    private ProjectWorld? _world;
    private EnvironmentName _at = new("production");
    private CommandOutcome _last = new();

    private ProjectWorld World => _world ??= new ProjectWorld(Project);

    private Project Project => new() { Id = new ProjectId("shop"), Environments = [.. _environments] };

    private EnvironmentState State => World.Of(_at);

    private Deployment Active => World.Snapshot.Active(_at) ?? throw new InvalidOperationException("no deployment is under way");

    /// <summary>The one under way, or else the one that ended last.</summary>
    private Deployment AtHand => State.Active is null ? World.Snapshot.Deployments[State.Last!.Value.Spec.Id] : Active;

    public void Play(Script script)
    {
        foreach (var (number, text) in script.Lines)
        {
            try
            {
                Line(text);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{script.Id}, line {number}, '{text}': {e.Message}", e);
            }
        }
    }

    /// <summary>Gives a command and says what was answered.</summary>
    public CommandOutcome Ask(string command)
    {
        Line(command);
        return _last;
    }

    /// <summary>Where it is, in words.</summary>
    public string Describe() => State.Active is null
        ? $"Serving: {State.Stable?.Candidate.Value ?? "nothing"}."
        : $"{Active.Spec.Id} brings {Active.Spec.Candidate.Candidate}; serving: {State.Stable?.Candidate.Value ?? "nothing"}. Why: {Story.Of(Active, World.Now).Why}. Next: {Story.Of(Active, World.Now).Next}.";

    private void Line(string text)
    {
        if (text[0] == '@')
        {
            var parts = text[1..].Split(' ', 2);
            _at = new EnvironmentName(parts[0]);
            text = parts[1];
        }

        var (verb, rest) = text.IndexOf(' ', StringComparison.Ordinal) is var space and > 0 ? (text[..space], text[(space + 1)..]) : (text, "");
        if (verb == "environment")
            _environments.Add(Environment(rest));
        else if (verb == "apply")
            Apply(Environment(rest));
        else if (verb == "expect")
            Expect(rest);
        else if (verb is "flag")
            _last = World.Mark(FlagCommands.Flag(World.Snapshot, new CandidateId(rest), "bob", "loses orders", World.Now));
        else if (verb is "unflag")
            _last = World.Mark(FlagCommands.Unflag(World.Snapshot, new CandidateId(rest), "bob", "was the database", World.Now));
        else if (Command(verb, rest.Split(' ', StringSplitOptions.RemoveEmptyEntries)) is { } command)
            _last = World.Act(_at, command);
        else
            Happen(verb, rest);
    }

    /// <summary><c>NAME [after a,b|after any a,b] [promote manual|automatic 15m|approve x] [on-fail pause] … : steps</c></summary>
    private static EnvironmentSpec Environment(string text)
    {
        var (head, steps) = (text.Split(':', 2)[0].Split(' ', StringSplitOptions.RemoveEmptyEntries), text.Split(':', 2)[1]);
        var spec = new EnvironmentSpec
        {
            Name = new EnvironmentName(head[0]), Slice = new Slice.Rest(), Deploy = Given.Recipe, Strategy = StepWords.Read(steps), Checks = Given.Errors,
        };
        for (var i = 1; i < head.Length; i++)
            spec = With(spec, head, ref i);
        return spec;
    }

    private static EnvironmentSpec With(EnvironmentSpec spec, string[] words, ref int i) => words[i] switch
    {
        "after" when words[i + 1] == "any" => After(spec, words[i += 2]) with { AfterAny = true },
        "after" => After(spec, words[++i]),
        "automatic" => spec with { Promote = new PromotionPolicy.Automatic(Time(words[++i])) },
        "approved" => spec with { Promote = new PromotionPolicy.Approved([words[++i]], 1) },
        "on-fail-pause" => spec with { OnFail = OnFail.Pause },
        "start-timeout" => spec with { Deploy = (DeploySpec.Process)spec.Deploy with { StartTimeout = Time(words[++i]) } },
        "variable" => spec with { Deploy = (DeploySpec.Process)spec.Deploy with { Variables = ((DeploySpec.Process)spec.Deploy).Variables.Add("VARIABLE", words[++i]) } },
        "instances" => spec with { Deploy = (DeploySpec.Process)spec.Deploy with { Instances = Number(words[++i]) } },
        "follow" => spec with { Scaling = Scaling.Follow },
        "supersede" => spec with { WhenBusy = WhenBusy.Supersede },
        "refuse" => spec with { WhenBusy = WhenBusy.Refuse },
        "no-checks" => spec with { Checks = [] },
        "latency-pauses" => spec with { Checks = [.. Given.Errors, new CheckSpec.Latency { OnFail = OnFail.Pause }] },
        "split" => spec with { Checks = [.. Given.Errors, new CheckSpec.Split()] },
        "latency" => spec with { Checks = [.. Given.Errors, new CheckSpec.Latency()] },
        "restarts" => spec with { Checks = [.. Given.Errors, new CheckSpec.Outage { Restarts = Number(words[++i]) }] },
        "window" => spec with { Rollback = spec.Rollback with { WindowRevisions = Number(words[++i]) } },
        "window-time" => spec with { Rollback = spec.Rollback with { WindowTime = Time(words[++i]) } },
        "keep-warm" => spec with { Rollback = spec.Rollback with { KeepWarm = Time(words[++i]) } },
        "before" => spec with { Hooks = spec.Hooks with { Before = spec.Hooks.Before.Add(StepWords.Hook(words[++i])) } },
        "finally" => spec with { Hooks = spec.Hooks with { After = spec.Hooks.After.Add(StepWords.Hook(words[++i])) } },
        "on-rollback" => spec with { Hooks = spec.Hooks with { OnRollback = spec.Hooks.OnRollback.Add(StepWords.Hook(words[++i])) } },
        "not-applicable" => spec with { NotApplicable = "no internal users" },
        _ => throw new FormatException($"an environment has no '{words[i]}'"),
    };

    private static EnvironmentSpec After(EnvironmentSpec spec, string names) => spec with { After = [.. names.Split(',').Select(n => new EnvironmentName(n))] };

    /// <summary>What is not sound is refused as a whole, and nothing of it is applied.</summary>
    private void Apply(EnvironmentSpec changed)
    {
        var alone = Project with { Service = new ServiceSpec(["shop.example"], UserKeySource.ClientAddress), Environments = [changed with { After = [] }] };
        if (ProjectRules.Check(alone) is [var problem, ..])
        {
            _last = problem;
            return;
        }

        _last = new CommandOutcome { Said = "applied" };
        World.Apply(World.Snapshot.Configuration with { Environments = [.. World.Snapshot.Configuration.Environments.Select(e => e.Name == changed.Name ? changed : e)] });
    }

    private static EnvironmentCommand? Command(string verb, string[] words) => verb switch
    {
        "deploy" => new EnvironmentCommand.Deploy(new DeployRequest(new CandidateId(words[0]), "ana", words.Contains("force") || words.Contains("override") ? "urgent" : null, words.Contains("force")) { OverrideFreeze = words.Any(w => w.StartsWith("override", StringComparison.Ordinal)), Supersede = words.Contains("supersede") ? true : null }),
        "promote" => new EnvironmentCommand.Promote("ana", null, words is ["full"]),
        "approve" => new EnvironmentCommand.Approve(words[0], null),
        "reject" => new EnvironmentCommand.Reject(words[0], null),
        "pause" => new EnvironmentCommand.Pause("ana", null),
        "resume" => new EnvironmentCommand.Resume("ana", null),
        "abort" => new EnvironmentCommand.Abort("ana", null),
        "retry" => new EnvironmentCommand.Retry("ana", null),
        "rollback" => new EnvironmentCommand.Rollback(words is [var to] ? new CandidateId(to) : null, "ana", null),
        "cancel" => new EnvironmentCommand.Cancel(words is [var only] ? new CandidateId(only) : null, "ana", null),
        "signal" => new EnvironmentCommand.Signal(words[0], words[1] == "pass", "ci", null),
        "hold" => new EnvironmentCommand.HoldPromotions("ana", null),
        "unhold" => new EnvironmentCommand.ReleasePromotions("ana", null),
        _ => null,
    };

    private void Happen(string verb, string rest)
    {
        var words = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (verb)
        {
            case "create": World.Create(words[0]); break;
            case "freeze": World.Govern(new GovernanceEvent.WindowSet(Window(words), "ana", World.Now)); break;
            case "stop-line": World.Govern(new GovernanceEvent.LineStopped(FreezeScope.Everything, "bob", rest, World.Now)); break;
            case "release-line": World.Govern(new GovernanceEvent.LineReleased(FreezeScope.Everything, "bob", null, World.Now)); break;
            case "wait": World.After(Time(words[0])); World.TickAll(); break;
            case "serve": Serve(words[0]); break;
            case "answer": Answer(words); break;
            case "fail": Fail(words); break;
            case "ready": Tell(new DeploymentInput.InstancesReady(words[0] == "candidate" ? Active.Spec.Candidate.Candidate : Active.Spec.Stable!.Candidate, Number(words[1]))); break;
            case "exit": Tell(new DeploymentInput.CandidateExited(Active.Exits, "exit code 1")); break;
            case "evidence": Tell(new DeploymentInput.Analysed(true, null, "", [])); break;
            case "safe": Tell(new DeploymentInput.Analysed(true, Percent(words[0]), "no worse", [])); break;
            case "worse": Tell(new DeploymentInput.Analysed(true, null, "", [.. words[0].Split(',').Select(check => Given.Worse(check) with { DryRun = words is [_, "dry-run"] })])); break;
            case "blind": Tell(new DeploymentInput.Analysed(true, null, "", []) { Blind = rest }); break;
            case "observe": Tell(new DeploymentInput.Observed(Active.Wanted with { Weight = Percent(words[0]) })); break;
            default: throw new FormatException($"no line begins with '{verb}'");
        }
    }

    /// <summary><c>NAME IN FOR [holds] [only ENVIRONMENT]</c>: begins so long from now and lasts so long.</summary>
    private FreezeWindow Window(string[] words) => new()
    {
        Name = new FreezeName(words[0]), Kind = FreezeKind.Deny, Reason = "holidays", Holds = words.Contains("holds"),
        Scope = words.Contains("only") ? new FreezeScope { Environments = [new EnvironmentName(words[^1])] } : FreezeScope.Everything,
        Schedule = new FreezeSchedule.Once(World.Now + Time(words[1]), World.Now + Time(words[1]) + Time(words[2])),
    };

    private void Tell(DeploymentInput input) => World.Tell(_at, input);

    /// <summary><c>answer</c>: everything wanted works, until nothing more is wanted; <c>answer split</c>: only that, once.</summary>
    private void Answer(string[] words)
    {
        if (words.Length == 0)
            AnswerAll();
        else
            Well(Wanted(words[0]));
    }

    private void AnswerAll()
    {
        var id = State.Active?.Id;
        for (var i = 0; i < 100 && World.Snapshot.Active(_at) is { } d && d.Spec.Id == id && Rollout.Plan(d).FirstOrDefault(e => e is not Effect.Watch) is { } effect; i++)
            Well(effect);
    }

    /// <summary>The first version is there, approved by whoever may.</summary>
    private void Serve(string version)
    {
        World.Create(version);
        World.Deploy(_at, version, force: true);
        AnswerAll();
        while (State.Active is not null && Active.Step is ApproveStep)
        {
            Tell(new DeploymentInput.Approve("bob"));
            AnswerAll();
        }

        if (State.Active is not null)
            World.Act(_at, new EnvironmentCommand.Promote("ana", null, Fully: true));
        AnswerAll();
        Assert.Equal(version, State.Stable?.Candidate.Value);
    }

    private void Well(Effect effect) => Tell(new DeploymentInput.Answered(effect.Key, RolloutScenario.Well(effect)));

    private void Fail(string[] words) => Tell(new DeploymentInput.Answered(Wanted(words[0]).Key, new EffectAnswer.Failed(string.Join(' ', words.Skip(1)) is { Length: > 0 } why ? why : "it failed")));

    private Effect Wanted(string kind) => Rollout.Plan(Active).FirstOrDefault(e => kind switch
    {
        "start" => e is Effect.StartCandidate,
        "stable" => e is Effect.ScaleStable,
        "baseline" => e is Effect.StartBaseline,
        "split" => e is Effect.ApplySplit,
        "hook" => e is Effect.RunHook,
        _ => throw new FormatException($"no effect '{kind}'"),
    }) ?? throw new InvalidOperationException($"no {kind} is wanted, but {string.Join(", ", Rollout.Plan(Active).Select(e => e.Key))}");

    private void Expect(string text)
    {
        var words = text.Split(' ', 2);
        var (what, rest) = (words[0], words.Length > 1 ? words[1] : "");
        switch (what)
        {
            case "idle": Same("idle", State.Active is null ? "idle" : $"{Active.Phase} in {Active.Step?.Describe()}"); break;
            case "under-way": Same(rest, State.Active?.Candidate.Candidate.Value); break;
            case "serving": Same(rest, State.Stable?.Candidate.Value ?? "nothing"); break;
            case "phase": Same(rest, Word(Active.Phase)); break;
            case "step": Same(rest, Active.Step?.Describe()); break;
            case "paused": Same(rest is "" ? "yes" : rest, Active.IsPaused ? rest is "" ? "yes" : Active.PausedByItself ? "asks" : "person" : "no"); break;
            case "not-paused": Same("no", Active.IsPaused ? $"yes: {Active.PausedWhy}" : "no"); break;
            case "weight": Same(rest, Active.Wanted is { Candidate: not null } split ? $"{split.Weight.Percent:0.###}%" : Active.Wanted.Stable == Active.Spec.Candidate.Candidate ? "100%" : "0%"); break;
            case "others": Same(rest, Active.Wanted is { Candidate: not null } parts ? $"{new Weight(Weight.Whole - parts.Weight.Value - parts.Baseline.Value).Percent:0.###}%" : Active.Wanted.Stable == Active.Spec.Candidate.Candidate ? "0%" : "100%"); break;
            case "mirror": Same(rest, $"{Active.Wanted.Mirror.Percent:0.###}%"); break;
            case "baseline": Same(rest, $"{Active.Wanted.Baseline.Percent:0.###}%"); break;
            case "audience": Same(rest, Active.Wanted.Audience is null ? "none" : "on the candidate"); break;
            case "instances": Same(rest, $"{(Active.Spec.Stable is null ? 0 : Active.WantedStables)}/{Active.WantedCandidates}"); break;
            case "running": Same(rest, string.Join(" ", WantedInstances.Of(World.Snapshot, _at, World.Now).Select(w => $"{w.Workload.Candidate}x{w.Instances}").Order(StringComparer.Ordinal))); break;
            case "wants": Same(rest, string.Join(" ", Rollout.Plan(Active).Where(e => e is not Effect.Watch).Select(e => e.Key.Split('/')[0]))); break;
            case "watched": Same(rest, Rollout.Plan(Active).Any(e => e is Effect.Watch) ? "yes" : "no"); break;
            case "runs-hook": Same(rest, Rollout.Plan(Active).OfType<Effect.RunHook>().SingleOrDefault()?.Hook.Name ?? "none"); break;
            case "waited": Same(rest, Durations.Text(AtHand.WaitedForPeople.At(World.Now))); break;
            case "failed-checks": Same(rest, string.Join(" ", AtHand.Failures.Select(f => f.Check))); break;
            case "outcome" when rest == "none": Assert.Null(Outcomes.Of(Active)); break;
            case "outcome": Same(rest, Outcomes.Of(World.Snapshot.Deployments[State.Last!.Value.Spec.Id]).ToString()); break;
            case "ended": Same(rest, State.Last is { Cause: var cause } ? cause?.ToString().ToLowerInvariant() ?? "succeeded" : "never"); break;
            case "ended-so-far": Same(rest, string.Join(" ", State.Ended.Select(e => $"{e.Key}:{e.Value}"))); break;
            case "bad": Same("bad", World.Snapshot.Project.IsBad(new CandidateId(rest)) ? "bad" : "not bad"); break;
            case "not-bad": Same("not bad", World.Snapshot.Project.IsBad(new CandidateId(rest)) ? "bad" : "not bad"); break;
            case "refused": Same(rest, _last.Refusal?.Code ?? $"done: {_last.Said}"); break;
            case "done": Same("done", _last.Refusal is { } refusal ? refusal.ToString() : "done"); break;
            case "nothing-done": Same("nothing", _last.Refusal?.ToString() ?? (_last.DoesSomething ? _last.Said : "nothing")); break;
            case "queue": Same(rest is "" ? "" : rest, string.Join(" ", State.Queue.Select(q => q.Request.Candidate))); break;
            case "waits-for": Assert.Contains(rest, Waits.Why(World.Snapshot, World.Snapshot.Spec(_at), State.Queue[0], World.Now), StringComparison.Ordinal); break;
            case "held": Same("held", State.Hold is null ? "not held" : "held"); break;
            case "not-held": Same("not held", State.Hold is null ? "not held" : "held"); break;
            case "window": Same(rest, World.Snapshot.Window(World.Snapshot.Spec(_at), World.Now).IsOpen ? "open" : "closed"); break;
            case "window-why": Assert.Contains(rest, World.Snapshot.Window(World.Snapshot.Spec(_at), World.Now).Why, StringComparison.Ordinal); break;
            case "held-why": Assert.Contains(rest, Active.HeldWhy ?? "not held", StringComparison.Ordinal); break;
            case "not-held-up": Same("", Active.HeldWhy ?? ""); break;
            case "count": Same(rest, State.Count.ToString(System.Globalization.CultureInfo.InvariantCulture)); break;
            case "why": Assert.Contains(rest, Story.Of(Active, World.Now).Why, StringComparison.Ordinal); break;
            case "variable": Same(rest, ((DeploySpec.Process)(State.Active?.Candidate ?? State.Stable)!.Deploy).Variables.GetValueOrDefault("VARIABLE", "none")); break;
            case "noted": Same(rest, string.Join(" ", World.Noted(_at))); break;
            case "said": Assert.Contains(rest, _last.Refusal?.Message ?? _last.Said, StringComparison.Ordinal); break;
            case "events": Same(rest, string.Join(" ", World.Events(_at))); break;
            default: throw new FormatException($"nothing to expect is called '{what}'");
        }
    }

    private static void Same(string expected, string? actual) => Assert.Equal(expected, actual);

    private static string Word(Phase phase) => phase is Phase.RollingBack ? "rolling-back" : phase.ToString().ToLowerInvariant();
}
