using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Runtime;

namespace Slipway.Cluster.Membership;

/// <summary>
/// Asks the database a few times a second whether this server is still a member. What was confirmed longer ago than <see cref="SureFor"/> is not
/// relied on: a process that was stopped for a while wakes up with what was true before, and somebody else may have gone on since.
/// </summary>
internal sealed partial class Heart(NpgsqlDataSource source, ILocalSiloDetails silo, TimeProvider time, ILogger<Heart> logger) : BackgroundService
{
    /// <summary>Shorter than the others need to take a silent server for dead.</summary>
    public static readonly TimeSpan SureFor = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);

    private long _confirmed;
    private bool _once;
    private bool _said = true;

    public bool IsSure => Volatile.Read(ref _once) && time.GetElapsedTime(Interlocked.Read(ref _confirmed)) < SureFor;

    public async Task WhenSureAsync(CancellationToken cancellationToken)
    {
        while (!IsSure)
            await Task.Delay(Between / 5, time, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            // What counts is when it was asked: the answer may have been long on its way.
            var asked = time.GetTimestamp();
            if (await IsMemberAsync(stoppingToken))
            {
                Interlocked.Exchange(ref _confirmed, asked);
                Volatile.Write(ref _once, true);
            }

            Say(IsSure);
            await Task.Delay(Between, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> IsMemberAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            enough.CancelAfter(SureFor);
            await using var ask = source.CreateCommand("SELECT status FROM slipway_cluster.members WHERE address = $1");
            ask.Parameters.AddWithValue(silo.SiloAddress.ToParsableString());
            return await ask.ExecuteScalarAsync(enough.Token) is int status && (SiloStatus)status is SiloStatus.Active;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private void Say(bool sure)
    {
        if (sure == _said)
            return;
        _said = sure;
        if (sure)
            Sure(logger);
        else
            Unsure(logger);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database does not confirm that this server is a member of the cluster: it begins nothing until it does")]
    private static partial void Unsure(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "This server is confirmed as a member of the cluster")]
    private static partial void Sure(ILogger logger);
}
