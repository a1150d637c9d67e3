using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;
using Slipway.Engine.Ports;
using Slipway.Integrations.Hooks;
using Slipway.Testing;
using Slipway.Testing.Servers;

namespace Slipway.Integrations.Tests.Hooks;

public sealed class HookRunnerTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("slipway-hooks-").FullName;
    private readonly Receiver _receiver = new();
    private readonly HookRunner _runner;

    public HookRunnerTests() => _runner = Make(TimeProvider.System);

    public void Dispose()
    {
        _runner.Dispose();
        _receiver.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(202)]
    [InlineData(204)]
    [InlineData(299)]
    public async Task EveryAnswerOf200To299IsSuccess(int code)
    {
        _receiver.Codes.Enqueue(code);
        Assert.Null((await RunAsync(Webhook())).Failure);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(302)]
    public async Task WhatWillNotBeAcceptedTheSecondTimeIsNotTriedTwice(int code)
    {
        _receiver.Codes.Enqueue(code);
        Assert.StartsWith($"it answered {code}", (await RunAsync(Webhook() with { Retries = 3 })).Failure, StringComparison.Ordinal);
        Assert.Single(_receiver.Calls);
    }

    [Fact]
    public async Task AFailureIsTriedAgainWithTheSameKeyUntilItWorks()
    {
        FakeTimeProvider time = new();
        using var runner = Make(time);
        _receiver.Codes.Enqueue(503);
        _receiver.Codes.Enqueue(500);
        var run = runner.RunAsync(Call(Webhook() with { Retries = 3 }), CancellationToken.None);
        await Eventually.IsAsync("the hook has succeeded", () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return run.IsCompleted;
        });
        Assert.Null((await run).Failure);
        Assert.Equal(3, _receiver.Calls.Count);
        Assert.Single(_receiver.Calls.Select(c => c.Headers["webhook-id"]).Distinct());
        Assert.Equal([1, 2, 3], _receiver.Calls.Select(c => c.Body.GetProperty("attempt").GetInt32()));
    }

    [Fact]
    public async Task ItIsSignedSoThatTheOtherSideCanTell()
    {
        await RunAsync(Webhook("HOOK_KEY"));
        var call = _receiver.Calls.Single();
        var signed = Encoding.UTF8.GetBytes($"{call.Headers["webhook-id"]}.{call.Headers["webhook-timestamp"]}.{call.Text}");
        Assert.Equal($"v1,{Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes("s3cret"), signed))}", call.Headers["webhook-signature"]);
        Assert.Equal(call.Headers["webhook-id"], call.Headers["Idempotency-Key"]);
        Assert.Equal(("shop", "production", "2.0.0", "1.0.0"), (Text(call, "project"), Text(call, "environment"), Text(call, "version"), Text(call, "stable")));
    }

    [Fact]
    public async Task WithoutASecretTheInstallationsOwnKeySignsAndOnlyItsOwnerCanReadIt()
    {
        await RunAsync(Webhook());
        await RunAsync(Webhook());
        var file = Path.Combine(_directory, "hook-key");
        var call = _receiver.Calls.Last();
        var signed = Encoding.UTF8.GetBytes($"{call.Headers["webhook-id"]}.{call.Headers["webhook-timestamp"]}.{call.Text}");
        Assert.Equal($"v1,{Convert.ToBase64String(HMACSHA256.HashData(File.ReadAllBytes(file), signed))}", call.Headers["webhook-signature"]);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task AMissingSecretIsToldByItsNameAndNothingIsSent()
    {
        Assert.Contains("MISSING", (await RunAsync(Webhook("MISSING"))).Failure, StringComparison.Ordinal);
        Assert.Empty(_receiver.Calls);
    }

    [Fact]
    public async Task NobodyWhoAnswersIsAFailureInWords() =>
        Assert.StartsWith("no answer from 127.0.0.1:1:", (await RunAsync(new HookSpec.Webhook("http://127.0.0.1:1/", null) { Name = "nobody", Retries = 0 })).Failure, StringComparison.Ordinal);

    [Fact]
    public async Task AReceiverThatResetsItsConnectionsIsAFailureInWords()
    {
        using ResettingServer server = new();
        for (var i = 0; i < 500; i++)
            Assert.StartsWith($"no answer from {server.Address.Authority}:", (await RunAsync(new HookSpec.Webhook(server.Address.ToString(), null) { Name = "reset", Retries = 0 })).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACommandSucceedsOnExitCode0AndKnowsForWhomItRuns()
    {
        var file = Path.Combine(_directory, "said");
        Assert.Null((await RunAsync(Command("sh", "-c", $"echo \"$0 $SLIPWAY_VERSION $SLIPWAY_STABLE $SLIPWAY_IDEMPOTENCY_KEY $SLIPWAY_ATTEMPT [$HOOK_KEY]\" > {file}", "{project}/{environment}/{version}"))).Failure);
        Assert.Equal("shop/production/2.0.0 2.0.0 1.0.0 shop.production.2/hook/1 1 []\n", File.ReadAllText(file));
    }

    [Fact]
    public async Task AFailedCommandSaysItsCodeAndTheLastLinesItPrinted() =>
        Assert.Equal("exit code 3: one / two", (await RunAsync(Command("sh", "-c", "echo one; echo two; exit 3"))).Failure);

    [Fact]
    public async Task NoShellReadsTheWords()
    {
        var file = Path.Combine(_directory, "said");
        await RunAsync(Command("sh", "-c", $"printf %s \"$1\" > {file}", "sh", "$(whoami); {version} | cat"));
        Assert.Equal("$(whoami); 2.0.0 | cat", File.ReadAllText(file));
    }

    [Fact]
    public async Task AProgramThatIsNotThereIsToldAndNotTriedAgain() =>
        Assert.Contains("no-such-program", (await RunAsync(Command("no-such-program") with { Retries = 5 })).Failure, StringComparison.Ordinal);

    [Fact]
    public async Task WhenItsTimeIsOverItIsKilledWithItsChildren()
    {
        var file = Path.Combine(_directory, "pid");
        var outcome = await RunAsync(Command("sh", "-c", $"sleep 600 & echo $! > {file}; wait") with { Timeout = TimeSpan.FromSeconds(1) });
        Assert.StartsWith("it did not end within 1 s", outcome.Failure, StringComparison.Ordinal);
        var child = File.ReadAllText(file).Trim();
        await Eventually.IsAsync("the child is gone", () => !File.Exists($"/proc/{child}/stat") || File.ReadAllText($"/proc/{child}/stat").Contains(") Z ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AHookThatIsNoLongerWantedEndsAtOnce()
    {
        using CancellationTokenSource stop = new();
        var run = _runner.RunAsync(Call(Command("sleep", "600")), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    private static HookSpec.Command Command(params string[] line) => new([.. line]) { Name = "command", Retries = 0 };

    private HookSpec.Webhook Webhook(string? secret = null) => new(_receiver.Address, secret) { Name = "smoke", Retries = 0 };

    private static string? Text(Received call, string name) => call.Body.GetProperty(name).GetString();

    private Task<HookOutcome> RunAsync(HookSpec hook) => _runner.RunAsync(Call(hook), CancellationToken.None);

    [Fact]
    public async Task AHostThatHangsHoldsUpNobodysHooksButItsOwnAndIsNotGivenMoreThanItCanWaitFor()
    {
        using System.Net.Sockets.TcpListener hanging = new(IPAddress.Loopback, 0);
        hanging.Start();
        var dead = Webhook() with { Url = $"http://{hanging.LocalEndpoint}/", Timeout = TimeSpan.FromHours(1) };
        using CancellationTokenSource enough = new();
        var stuck = Enumerable.Range(0, 72).Select(_ => _runner.RunAsync(Call(dead), enough.Token)).ToList();

        Assert.Null((await RunAsync(Webhook())).Failure);
        Assert.Null((await RunAsync(new HookSpec.Command(["true"]) { Name = "mine" })).Failure);
        var full = await Assert.ThrowsAsync<AskAgainException>(() => _runner.RunAsync(Call(dead), default));
        Assert.StartsWith($"SLIP0541: hooks at {hanging.LocalEndpoint}: 8 requests are under way and 64 wait", full.Message, StringComparison.Ordinal);
        await enough.CancelAsync();
        foreach (var one in stuck)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
    }

    private HookRunner Make(TimeProvider time) => new(_directory, new NoArtifacts(), name => name switch { "HOOK_KEY" => "s3cret", "PATH" => Environment.GetEnvironmentVariable("PATH"), _ => null }, time);

    private static HookCall Call(HookSpec hook)
    {
        EnvironmentKey production = new(new ProjectId("shop"), new EnvironmentName("production"));
        DeploySpec recipe = new DeploySpec.Process { Command = ["./shop"] };
        Workload Version(string version) => new(new CandidateId(version), new Artifact(ArtifactKind.Reference, null, $"shop:{version}", 0), recipe);
        DeploymentSpec spec = new()
        {
            Id = DeploymentId.Of(production, 2), Environment = production, Candidate = Version("2.0.0"), Stable = Version("1.0.0"),
            Steps = [new DeployStep(), new HookStep(hook)], Slice = new Slice.Rest(), RequestedBy = "ana",
        };
        return new HookCall(hook, "shop.production.2/hook/1", spec, "step");
    }

    private sealed record Received(ImmutableDictionary<string, string> Headers, string Text)
    {
        public JsonElement Body => JsonDocument.Parse(Text).RootElement;
    }

    private sealed class NoArtifacts : IArtifactStore
    {
        public Task<ArtifactOutcome> SaveAsync(Stream content, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<string> UnpackAsync(Artifact artifact, CancellationToken cancellationToken) => throw new NotSupportedException();

        public bool Has(string digest) => false;
    }

    /// <summary>A real server that notes what it is sent.</summary>
    private sealed class Receiver : IDisposable
    {
        private readonly HttpListener _listener;

        public Receiver()
        {
            for (var port = 23_000 + (Environment.ProcessId % 2_000); ; port++)
            {
                // A listener that could not start cannot be used again.
                HttpListener listener = new();
                try
                {
                    listener.Prefixes.Add(Address = $"http://127.0.0.1:{port}/");
                    listener.Start();
                    _listener = listener;
                    break;
                }
                catch (HttpListenerException) when (port < 30_000)
                {
                    // Somebody has it; the next one.
                }
            }

            _ = Task.Run(ListenAsync);
        }

        public string Address { get; } = "";

        /// <summary>What is answered, in order; then 200.</summary>
        public ConcurrentQueue<int> Codes { get; } = new();

        public ConcurrentQueue<Received> Calls { get; } = new();

        public void Dispose() => _listener.Close();

        private async Task ListenAsync()
        {
            while (_listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                using StreamReader reader = new(context.Request.InputStream);
                var text = await reader.ReadToEndAsync();
                Calls.Enqueue(new Received(context.Request.Headers.AllKeys.ToImmutableDictionary(k => k!, k => context.Request.Headers[k]!, StringComparer.OrdinalIgnoreCase), text));
                context.Response.StatusCode = Codes.TryDequeue(out var code) ? code : 200;
                context.Response.Close();
            }
        }
    }
}
