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

/// <summary>Follows one deployment to its end.</summary>
internal sealed class Waiting(Session session, WaitFor hope)
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    /// <summary>A server may be restarted meanwhile: the deployment outlives that, and so does the one who waits.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public async Task<(ExitCode Exit, DeploymentStatus Last)> ForAsync(DeploymentStatus begun, TimeSpan limit, CancellationToken cancellationToken)
    {
        var time = session.Cli.Time;
        var started = time.GetTimestamp();
        (ExitCode, DeploymentStatus) end = default;
        await ShowingAsync(async show =>
        {
            for (var last = begun; ; last = await ReadAsync(last.Id, cancellationToken))
            {
                show(last);
                if (last.EndedAt is not null)
                {
                    end = (Judge(last), last);
                    return;
                }

                if (time.GetElapsedTime(started) >= limit)
                {
                    end = (ExitCode.TimedOut, last);
                    return;
                }

                await Task.Delay(Pace, time, cancellationToken);
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

    private async Task<DeploymentStatus> ReadAsync(string id, CancellationToken cancellationToken)
    {
        var time = session.Cli.Time;
        for (var started = time.GetTimestamp(); ;)
        {
            try
            {
                return await session.Client.DeploymentAsync(id, cancellationToken);
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
            var line = $"{Figures.Clock(cli.Time.GetUtcNow())}  {d.Phase}{(d.Paused ? " (paused)" : "")}, {Figures.Percent(d.ConfirmedPercent ?? 0)}, step {d.Step + 1} of {d.Steps.Count}: ";
            var key = $"{d.Phase} {d.Paused} {d.ConfirmedPercent} {d.Step}";
            if (key != shown)
                session.Output.Say($"{line}{d.Why}");
            shown = key;
        });
    }
}
