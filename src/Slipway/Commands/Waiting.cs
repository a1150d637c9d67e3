using Slipway.Api;
using Slipway.Terminal;

namespace Slipway.Commands;

/// <summary>What a person who waits hopes for.</summary>
internal enum WaitFor
{
    /// <summary>The candidate serves everyone.</summary>
    Success,

    /// <summary>The older release serves everyone again, whichever way it returns.</summary>
    Return,
}

/// <summary>Follows one deployment to its end, from the moment it was asked for.</summary>
internal sealed class Waiting(Session session, WaitFor hope, TimeSpan limit)
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    /// <summary>A server may be restarted meanwhile: the deployment outlives that, and so does the one who waits.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly long _started = session.Cli.Time.GetTimestamp();

    public TimeSpan Limit => limit;

    private bool IsOver => session.Cli.Time.GetElapsedTime(_started) >= limit;

    /// <summary>How it ended; the deployment is null when what was asked for never began.</summary>
    public async Task<(ExitCode Exit, DeploymentStatus? Last)> ForAsync(ActionResponse asked, Place place, CancellationToken cancellationToken)
    {
        if (asked.Deployment is { } at)
            return await ForAsync(at, cancellationToken);
        var (exit, begun) = await BegunAsync(asked.Queued!, place, cancellationToken);
        return begun is null ? (exit, null) : await ForAsync(begun, cancellationToken);
    }

    private async Task<(ExitCode Exit, DeploymentStatus? Begun)> BegunAsync(QueuedStatus queued, Place place, CancellationToken cancellationToken)
    {
        string? why = null;
        while (true)
        {
            var environment = await ReadAsync(() => session.Client.EnvironmentAsync(place.Project, place.Environment, cancellationToken), cancellationToken);
            if (environment.Deployment is { } d && d.Candidate == queued.Candidate && d.Kind == queued.Kind)
                return (ExitCode.Ok, d);
            if (environment.Queue.FirstOrDefault(q => q.Candidate == queued.Candidate && q.Kind == queued.Kind) is not { } waits)
                return (ExitCode.Failed, null);
            if (waits.Why != why)
                session.Output.Say($"{Figures.Clock(session.Cli.Time.GetUtcNow())}  {waits.Candidate} waits: {waits.Why}");
            why = waits.Why;
            if (IsOver)
                return (ExitCode.TimedOut, null);
            await Task.Delay(Pace, session.Cli.Time, cancellationToken);
        }
    }

    private async Task<(ExitCode Exit, DeploymentStatus Last)> ForAsync(DeploymentStatus begun, CancellationToken cancellationToken)
    {
        (ExitCode, DeploymentStatus) end = default;
        await ShowingAsync(async show =>
        {
            for (var last = begun; ; last = await ReadAsync(() => session.Client.DeploymentAsync(last.Id, cancellationToken), cancellationToken))
            {
                show(last);
                if (last.EndedAt is not null || IsOver)
                {
                    end = (last.EndedAt is null ? ExitCode.TimedOut : Judge(last), last);
                    return;
                }

                await Task.Delay(Pace, session.Cli.Time, cancellationToken);
            }
        });
        return end;
    }

    /// <summary>Returning ends well as a finished rollback, or as a candidate that was taken back.</summary>
    private ExitCode Judge(DeploymentStatus d) => (hope, d.Kind, d.Phase) switch
    {
        (WaitFor.Success, _, "succeeded") or (WaitFor.Return, "rollback", "succeeded") or (WaitFor.Return, "forward", "rolledBack") => ExitCode.Ok,
        (_, _, "rolledBack") => ExitCode.RolledBack,
        _ => ExitCode.Failed,
    };

    private async Task<T> ReadAsync<T>(Func<Task<T>> read, CancellationToken cancellationToken)
    {
        var time = session.Cli.Time;
        for (var started = time.GetTimestamp(); ;)
        {
            try
            {
                return await read();
            }
            catch (Exception e) when (Refusal.IsBrokenConnection(e) && time.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(Pace, time, cancellationToken);
            }
        }
    }

    private Task ShowingAsync(Func<Action<DeploymentStatus>, Task> body)
    {
        var cli = session.Cli;
        // The end is shown as the command's result, on stdout, so the live view of it goes.
        if (cli.ErrorIsTerminal && !session.Output.Json)
            return new LiveScreen(cli, cli.Error).RunAsync(show => body(d => show((width, height) => [.. Rollout.Lines(d, cli.Time.GetUtcNow(), width).Select(l => l.Cut(width)).Take(height)])), keep: false);
        string? shown = null;
        return body(d =>
        {
            var line = $"{Figures.Clock(cli.Time.GetUtcNow())}  {Rollout.Where(d)}, {Figures.Percent(d.ConfirmedPercent ?? 0)}, step {d.Step + 1} of {d.Steps.Count}: ";
            var key = $"{Rollout.Where(d)} {d.ConfirmedPercent} {d.Step}";
            if (key != shown)
                session.Output.Say($"{line}{d.Why}");
            shown = key;
        });
    }
}
