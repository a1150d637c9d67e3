using System.Globalization;
using Polly;
using Polly.Retry;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Engine.Ports;
using Slipway.Integrations.Resilience;

namespace Slipway.Integrations.Hooks;

/// <summary>Runs hooks with their retries and time-outs. A few at a time for each host, so that one that hangs holds up nobody's hooks but its own.</summary>
public sealed class HookRunner : IHookRunner, IDisposable
{
    private static readonly BulkheadSize Size = new(8, 64);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Bulkheads<string> _bulkheads;
    private readonly TimeProvider _time;
    private readonly WebhookSender _webhooks;
    private readonly CommandRunner _commands;

    /// <param name="dataDirectory">Where the installation's signing key is kept.</param>
    /// <param name="artifacts">Where programs of an artifact come from.</param>
    /// <param name="variable">A variable of the server by its name; null: it has none of that name.</param>
    /// <param name="time">For pauses and time-outs.</param>
    public HookRunner(string dataDirectory, IArtifactStore artifacts, Func<string, string?> variable, TimeProvider time)
    {
        _time = time;
        _bulkheads = new Bulkheads<string>("hooks", host => $"hooks at {host}", Size, time);
        _webhooks = new WebhookSender(new SigningKeys(dataDirectory, variable), time);
        _commands = new CommandRunner(artifacts, variable);
    }

    public async Task<HookOutcome> RunAsync(HookCall call, CancellationToken cancellationToken)
    {
        var attempt = 0;
        var outcome = await Retrying(call.Hook.Retries).ExecuteAsync(async token => await TryAsync(call, ++attempt, token), cancellationToken);
        return new HookOutcome(outcome.Failure is null ? null : attempt == 1 ? outcome.Failure : $"{outcome.Failure} (tried {attempt} times)");
    }

    public void Dispose() => _webhooks.Dispose();

    private ResiliencePipeline<HookTry> Retrying(int retries) => retries == 0
        ? ResiliencePipeline<HookTry>.Empty
        : new ResiliencePipelineBuilder<HookTry> { TimeProvider = _time }.AddRetry(new RetryStrategyOptions<HookTry>
        {
            MaxRetryAttempts = retries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = FirstPause,
            MaxDelay = LongestPause,
            ShouldHandle = args => ValueTask.FromResult(args.Outcome.Result is { Failure: not null, MayRetry: true }),
            DelayGenerator = args => ValueTask.FromResult(args.Outcome.Result?.RetryAfter is { } asked ? asked < LongestPause ? asked : LongestPause : (TimeSpan?)null),
        }).Build();

    /// <summary>One try, when it is its turn.</summary>
    private Task<HookTry> TryAsync(HookCall call, int attempt, CancellationToken cancellationToken) =>
        _bulkheads.RunAsync(Host(call.Hook), null, token => TryNowAsync(call, attempt, token), cancellationToken);

    private static string Host(HookSpec hook) => hook is HookSpec.Webhook webhook ? new Uri(webhook.Url).Authority : "this machine";

    /// <summary>Its time counts from when it begins.</summary>
    private async Task<HookTry> TryNowAsync(HookCall call, int attempt, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(call.Hook.Timeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return call.Hook switch
            {
                HookSpec.Webhook webhook => await _webhooks.SendAsync(webhook, call, attempt, both.Token),
                HookSpec.Command command => await _commands.RunAsync(command, call, attempt, both.Token),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return HookTry.Failed(string.Create(CultureInfo.InvariantCulture, $"it did not end within {call.Hook.Timeout.TotalSeconds:0.###} s; give it a longer timeout, or find out why it takes so long"));
        }
    }
}

/// <summary>How one try ended.</summary>
/// <param name="Failure">Null: it succeeded.</param>
/// <param name="MayRetry">Whether another try could do better.</param>
/// <param name="RetryAfter">When the other side asked to be tried again.</param>
internal sealed record HookTry(string? Failure, bool MayRetry, TimeSpan? RetryAfter)
{
    public static HookTry Succeeded { get; } = new(null, false, null);

    public static HookTry Failed(string why) => new(why, true, null);
}
