using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Slipway.Core.Deployments;
using Slipway.Engine.Streams;
using Slipway.Engine.Telemetry;

namespace Slipway.Engine.Deployments;

/// <summary>
/// Owns one deployment while it is under way: takes inputs one at a time, decides, saves, and keeps the wanted effects running.
/// Knows nothing of what hosts it; anything that gives it inputs one at a time can own it.
/// </summary>
internal sealed partial class DeploymentActor : IAsyncDisposable
{
    /// <summary>Timers do not reach over weeks; looking again in between does no harm.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private readonly EventStream<Deployment, DeploymentEvent> _stream;
    private readonly DeploymentSpec _spec;
    private readonly EffectRunner _effects;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<Item> _inbox = Channel.CreateUnbounded<Item>();
    private readonly CancellationTokenSource _stop = new();
    private Task _work = Task.CompletedTask;

    /// <param name="At">Timestamp of when it came.</param>
    private readonly record struct Item(DeploymentInput Input, TaskCompletionSource<Decision?>? Answer, long At);

    public DeploymentActor(DeploymentSpec spec, EventStream<Deployment, DeploymentEvent> stream, IEffectHandler handler, TimeProvider time, ILogger logger)
    {
        (_spec, _stream, _time, _logger) = (spec, stream, time, logger);
        _effects = new EffectRunner(handler, input =>
        {
            Tell(input);
            return ValueTask.CompletedTask;
        }, time, logger);
    }

    public Deployment State => _stream.State;

    public IReadOnlyList<string> Troubles => _effects.Troubles;

    /// <summary>Loads the stream, begins it if it is new, and goes on from wherever it is.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _stream.LoadAsync(cancellationToken);
        await _stream.UpdateAsync(state => (state.Phase is Phase.Pending ? Rollout.Start(_spec, _time.GetUtcNow()) : [], true), cancellationToken);
        EngineTelemetry.OwnershipChanged("taken");
        _work = Task.Run(() => WorkAsync(_stop.Token), CancellationToken.None);
    }

    public void Tell(DeploymentInput input) => TryAdd(input, null);

    /// <summary>Gives a command and returns what was decided, once that is saved; null when the deployment is not under way here any more.</summary>
    public async Task<Decision?> AskAsync(DeploymentInput command, CancellationToken cancellationToken)
    {
        TaskCompletionSource<Decision?> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return TryAdd(command, answer) ? await answer.Task.WaitAsync(cancellationToken) : null;
    }

    public ValueTask DisposeAsync() => EndAsync(lost: false);

    /// <param name="lost">Whether another process took it before this one gave it up.</param>
    public async ValueTask EndAsync(bool lost)
    {
        await _stop.CancelAsync();
        await _work;
        await _effects.StopAsync();
        _inbox.Writer.TryComplete();
        while (TryTake(out var left))
            left.Answer?.TrySetResult(null);
        EngineTelemetry.OwnershipChanged(lost ? "lost" : "released");
        _stop.Dispose();
    }

    private bool TryAdd(DeploymentInput input, TaskCompletionSource<Decision?>? answer)
    {
        if (!_inbox.Writer.TryWrite(new Item(input, answer, _time.GetTimestamp())))
            return false;
        EngineTelemetry.Waiting(1);
        return true;
    }

    private bool TryTake(out Item item)
    {
        if (!_inbox.Reader.TryRead(out item))
            return false;
        EngineTelemetry.Waiting(-1);
        EngineTelemetry.Waited(_time.GetElapsedTime(item.At));
        return true;
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        try
        {
            Tell(new DeploymentInput.Tick());
            while (true)
            {
                await WaitAsync(cancellationToken);
                if (!TryTake(out var next))
                    next = new Item(new DeploymentInput.Tick(), null, 0);
                await HandleAsync(next.Input, next.Answer, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped: the stream says where to go on.
        }
    }

    private async Task HandleAsync(DeploymentInput input, TaskCompletionSource<Decision?>? answer, CancellationToken cancellationToken)
    {
        using var span = EngineTelemetry.Decision(_spec.Id, input);
        var begun = _time.GetTimestamp();
        try
        {
            var decision = await _stream.UpdateAsync(state => WithEvents(Rollout.Decide(state, input, _time.GetUtcNow())), cancellationToken);
            EngineTelemetry.Decided(_time.GetElapsedTime(begun));
            Tell(decision);
            _effects.Reconcile(_spec, Rollout.Plan(_stream.State));
            answer?.TrySetResult(decision);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            answer?.TrySetResult(null);
            throw;
        }
        catch (Exception e)
        {
            // The store is away or broken. Nothing was decided; what was observed must not be lost, a person is told and may ask again.
            EngineTelemetry.NotSaved();
            span?.SetStatus(ActivityStatusCode.Error, e.Message);
            NotSaved(_logger, e, _spec.Id.Value);
            if (answer is null)
                Tell(input);
            answer?.TrySetException(e);
            await Task.Delay(TimeSpan.FromSeconds(1), _time, cancellationToken);
        }
    }

    /// <summary>The story of the rollout, for whoever reads the log.</summary>
    private void Tell(Decision decision)
    {
        if (!_logger.IsEnabled(LogLevel.Information))
            return;
        foreach (var words in decision.Events.Select(EventWords.Of))
            Happened(_logger, _spec.Id.Value, words);
    }

    private static (System.Collections.Immutable.ImmutableArray<DeploymentEvent> Events, Decision Decision) WithEvents(Decision decision) => (decision.Events, decision);

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var input = _inbox.Reader.WaitToReadAsync(enough.Token).AsTask();
        if (input.IsCompleted || Rollout.NextWake(State, _time.GetUtcNow()) is not { } wake)
        {
            await input;
            return;
        }

        var left = wake - _time.GetUtcNow();
        await Task.WhenAny(input, Task.Delay(left < TimeSpan.Zero ? TimeSpan.Zero : left < LongestWait ? left : LongestWait, _time, enough.Token));
        await enough.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{DeploymentId}: {What}")]
    private static partial void Happened(ILogger logger, string deploymentId, string what);

    [LoggerMessage(Level = LogLevel.Error, Message = "A decision of {DeploymentId} could not be saved; it will be made again")]
    private static partial void NotSaved(ILogger logger, Exception e, string deploymentId);
}
