using System.Globalization;
using System.Text;
using Slipway.Api;
using Slipway.Testing;

namespace Slipway.Tests.EndToEnd.Scenarios;

/// <summary>Plays a script on a real server, a real gateway and real processes, with users who ask all the time.</summary>
internal sealed class LiveStage : IAsyncDisposable
{
    private const string Host = "shop.test";

    private readonly Installation _shop = new();
    private readonly StringBuilder _environment = new();
    private Users? _users;
    private Crowd? _crowd;

    public async Task PlayAsync(Script script)
    {
        await _shop.StartServerAsync();
        await _shop.StartGatewayAsync();
        _crowd = new Crowd(_shop.Gateway, Host);
        foreach (var (number, text) in script.Lines)
        {
            try
            {
                await LineAsync(text);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{script.Id}, line {number}, '{text}': {e.Message}", e);
            }
        }

        Assert.Equal((int)ExitCode.Ok, await _shop.EndServerAsync());
        Assert.Empty(_shop.Processes());
    }

    public async ValueTask DisposeAsync()
    {
        if (_users is not null)
            await _users.DisposeAsync();
        _crowd?.Dispose();
        await _shop.DisposeAsync();
    }

    private async Task LineAsync(string text)
    {
        if (text[0] == '|')
        {
            _environment.Append("   ").Append(text.AsSpan(1)).Append('\n');
            return;
        }

        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words[0])
        {
            case "apply": await ApplyAsync(words[1..]); break;
            case "serve": await ServeAsync(words[1]); break;
            case "create": await _shop.ReleaseAsync(words[1]); break;
            case "users": _users = new Users(_shop.Gateway, Host); break;
            case "break": await File.WriteAllTextAsync(Broken(words[1]), ""); break;
            case "freeze": await _shop.Client.StopLineAsync(new LineRequest("bob", "an outage"), default); break;
            case "expect": await ExpectAsync(words[1], words[2..]); break;
            default: await CommandAsync(words[0], words[1..]); break;
        }
    }

    /// <summary><c>apply [N instances]</c>: one environment, production, with the lines so far; the next ones begin anew.</summary>
    private async Task ApplyAsync(string[] words)
    {
        var instances = words is [var count, "instances", ..] ? count : "1";
        await _shop.ApplyAsync($$"""
            project: shop
            service: { host: {{Host}}, userKey: { cookie: uid } }
            environments:
              - name: production
                promote: manual
                deploy: { instances: {{instances}}, process: { command: [{{EndToEnd.Service}}, broken, "{{Broken("{version}")}}"], health: /pid, stopGrace: 2s } }

            """ + _environment);
        _environment.Clear();
    }

    /// <summary>The version fails every user from the moment on at which this file is there.</summary>
    private string Broken(string version) => Path.Combine(_shop.Home, $"broken-{version}");

    private async Task ServeAsync(string version)
    {
        await _shop.ReleaseAsync(version);
        await CommandAsync("deploy", [version]);
        if ((await _shop.ProductionAsync()).Deployment is { } first && first.Steps[0].StartsWith("approval by ", StringComparison.Ordinal))
            await CommandAsync("approve", ["bob"]);
        await _shop.ServesAsync(version);
        await Eventually.IsAsync($"users are served by {version}", async () => (await _crowd!.AskAsync()).SetEquals([version]));
    }

    private async Task CommandAsync(string verb, string[] words)
    {
        IActionRequest request = verb switch
        {
            "deploy" => new DeployActionRequest(words[0], "ana"),
            "promote" => new PromoteRequest("ana", Full: words is ["full"]),
            "rollback" => new RollbackRequest("ana"),
            "signal" => new SignalRequest(words[0], words[1] == "pass", "ci"),
            "approve" => new ActionRequest(words[0]),
            "abort" or "retry" or "pause" or "resume" => new ActionRequest("ana"),
            _ => throw new FormatException($"no line begins with '{verb}'"),
        };
        await _shop.Client.ActAsync("shop", "production", verb, (object)request, default);
    }

    private Task ExpectAsync(string what, string[] words) => what switch
    {
        "share" => Eventually.IsAsync($"{words[0]} of the users are on {words[1]}", async () => await _crowd!.IsShareAsync(double.Parse(words[0].TrimEnd('%'), CultureInfo.InvariantCulture) / 100, words[1])),
        "insiders" => Eventually.IsAsync($"insiders are on {words[0]}", async () => (await _crowd!.AskAsync(insider: true)).SetEquals([words[0]])),
        "serving" => _shop.ServesAsync(words[0]),
        "running" => _shop.EventuallyAsync($"{string.Join(" ", words)} run", () => Task.FromResult(Running().SequenceEqual(words.Order(StringComparer.Ordinal)))),
        "asks" => _shop.EventuallyAsync("it asks a person", async () => (await _shop.ProductionAsync()).Deployment is { AsksPerson: true }),
        "step" => _shop.EventuallyAsync($"it is in step {words[0]}", async () => (await _shop.ProductionAsync()).Deployment is { } d && d.Step == int.Parse(words[0], CultureInfo.InvariantCulture)),
        "held" => _shop.EventuallyAsync("it is held", async () => (await _shop.ProductionAsync()).Deployment is { HeldWhy: not null }),
        "outcome" => _shop.EventuallyAsync($"deployment {words[0]} ends {words[1]}", async () => (await _shop.Client.DeploymentAsync($"shop.production.{words[0]}", default)).Outcome == words[1]),
        "steps" => StepsAsync(words[0], words[1..]),
        "mirrored" => _shop.EventuallyAsync($"{words[0]} is asked though nobody is answered by it", async () => await _crowd!.ServedAsync(_shop.Processes().First(p => p.Instance.EndsWith(words[0], StringComparison.Ordinal))) >= 50),
        "no-failures" => NoFailuresAsync(),
        _ => throw new FormatException($"nothing to expect is called '{what}'"),
    };

    private IEnumerable<string> Running() => _shop.Processes().Where(p => p.Leads)
        .GroupBy(p => string.Concat(p.Instance.Split('/')[2].TakeWhile(c => c != '~')) + (p.Instance.Contains("~baseline", StringComparison.Ordinal) ? "~baseline" : ""))
        .Select(g => $"{g.Key}x{g.Count()}").Order(StringComparer.Ordinal);

    /// <summary>Which steps a deployment has entered, in order.</summary>
    private async Task StepsAsync(string deployment, string[] steps)
    {
        var events = await _shop.Client.EventsAsync(0, default);
        Assert.Equal(steps, events.Where(e => e.Stream == $"deployment:shop.production.{deployment}" && e.Type == "deployment.step-entered").Select(e => e.Data.GetProperty("index").GetInt32().ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>No request failed from the first user on; being taken back to the version before is what a rollback is for.</summary>
    private async Task NoFailuresAsync()
    {
        await Eventually.IsAsync("users have asked often enough to say so", () => _users!.Answers > 100);
        Assert.DoesNotContain(await _users!.ComplaintsAsync(), c => !c.Contains(": back from ", StringComparison.Ordinal));
    }
}
