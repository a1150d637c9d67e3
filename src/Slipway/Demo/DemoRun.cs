using System.Diagnostics;
using Slipway.Api;
using Slipway.Artifacts;
using Slipway.Demo.Load;

namespace Slipway.Demo;

/// <summary>The story: 1.0.0 is installed, 1.1.0 goes all the way by itself, 1.2.0 goes as far as the checks let it.</summary>
internal sealed class DemoRun(DemoOptions options, DemoServer server, DemoFiles files, TrafficLedger ledger, LoadGenerator load, DemoWitness witness, Action<string> say, Action<StatusResponse> show) : IAsyncDisposable
{
    public const string First = "1.0.0";
    public const string Good = "1.1.0";
    public const string Bad = "1.2.0";

    private const string By = "demo";

    /// <summary>How long one release may take before the demo says that it did not happen.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<string> _broken = [];
    private readonly List<DemoRelease> _releases = [];
    private readonly CancellationTokenSource _enoughLoad = new();
    private Task _traffic = Task.CompletedTask;

    /// <summary>Tells the whole story. The load goes on afterwards when the demo is to be kept.</summary>
    public async Task<DemoReport> TellAsync(CancellationToken cancellationToken)
    {
        await server.Client.ApplyAsync(files.Yaml(), "slipway.yaml", By, dryRun: false, cancellationToken);
        say($"{First}: installing it everywhere");
        await ReleaseAsync(First, Fault.None, cancellationToken);
        if (await UntilAsync(s => Everywhere(s, First), cancellationToken))
            await UnderLoadAsync(cancellationToken);
        else
            _broken.Add($"{First} was not installed everywhere");
        if (!options.Keep)
            await StopLoadAsync();
        return await ReportAsync(cancellationToken);
    }

    /// <summary>Shows what happens until cancelled.</summary>
    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        say("yours to play with until Ctrl-C");
        while (true)
            await PauseAsync(TimeSpan.FromDays(1), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopLoadAsync();
        _enoughLoad.Dispose();
    }

    private async Task StopLoadAsync()
    {
        await _enoughLoad.CancelAsync();
        await _traffic;
    }

    private async Task UnderLoadAsync(CancellationToken cancellationToken)
    {
        _traffic = load.RunAsync(_enoughLoad.Token);
        await PauseAsync(TimeSpan.FromSeconds(options.Fast ? 2 : 3), cancellationToken);
        await EverywhereAsync(Good, cancellationToken);
        if (options.Fault is Fault.None)
            await EverywhereAsync(Bad, cancellationToken);
        else
            await BadAsync(cancellationToken);
        // What still hangs in a version that no longer answers is given up by the gateway after its time-out, and counts as failed.
        await PauseAsync(options.Fault is Fault.Outage ? DemoServer.GatewayTimeout + TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(2), cancellationToken);
    }

    private async Task EverywhereAsync(string version, CancellationToken cancellationToken)
    {
        say($"{version}: a good release; it should go all the way by itself");
        var begun = _clock.Elapsed;
        await ReleaseAsync(version, Fault.None, cancellationToken);
        var arrived = await UntilAsync(s => Everywhere(s, version), cancellationToken);
        if (!arrived)
            _broken.Add($"{version} did not reach everyone");
        _releases.Add(new DemoRelease(version, arrived ? "everywhere" : "unfinished") { Seconds = Seconds(_clock.Elapsed - begun) });
    }

    private async Task BadAsync(CancellationToken cancellationToken)
    {
        say($"{Bad}: a bad release ({options.Fault.ToString().ToLowerInvariant()}, showing from {options.BadAt} on); it should be found, flagged and rolled back by itself");
        await ReleaseAsync(Bad, options.Fault, cancellationToken);
        var back = await UntilAsync(s => witness.Found is not null && Everywhere(s, Good), cancellationToken);
        var flagged = (await server.Client.ReleaseAsync(DemoFiles.Project, Bad, cancellationToken)).Bad;
        if (!back)
            _broken.Add($"{Bad} was not found and rolled back");
        if (flagged is null)
            _broken.Add($"{Bad} is not flagged bad");
        else
            await RefusedAsync(cancellationToken);
        _releases.Add(back ? Finding(witness.Found!, flagged?.Why) : new DemoRelease(Bad, "unfinished"));
    }

    /// <summary>What was flagged cannot be deployed again.</summary>
    private async Task RefusedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await server.Client.ActAsync(DemoFiles.Project, DemoFiles.Environments[0], "deploy", new DeployActionRequest(Bad, By), cancellationToken);
            _broken.Add($"{Bad} could be deployed again");
        }
        catch (SlipwayApiException e) when (e.Problem.Problems is [{ Code: "SLIP0302" }, ..])
        {
            say($"{Bad}: deploying it again is refused: {e.Problem.Problems[0].Message}");
        }
    }

    private DemoRelease Finding(DemoWitness.Finding found, string? why)
    {
        var counts = Shown.Select(e => ledger.CountsOf(Bad, e)).ToList();
        return new DemoRelease(Bad, "bad")
        {
            Environment = found.Environment,
            RolledBackTo = Good,
            DetectedAfterSeconds = found.FirstServed is { } first ? Seconds(found.At - first) : 0,
            DetectedAfterRequests = found.Seen.Requests,
            RequestsServed = counts.Sum(c => c.Requests),
            RequestsFailed = counts.Sum(c => c.Failures),
            Evidence = why,
        };
    }

    /// <summary>The environments where the fault shows.</summary>
    private IEnumerable<string> Shown => DemoFiles.Environments.SkipWhile(e => e != options.BadAt);

    private async Task ReleaseAsync(string version, Fault fault, CancellationToken cancellationToken)
    {
        using MemoryStream archive = new();
        await DirectoryArchive.PackAsync(files.WriteRelease(version, fault), archive, cancellationToken);
        archive.Position = 0;
        var artifact = await server.Client.UploadAsync(archive, cancellationToken);
        await server.Client.CreateReleaseAsync(DemoFiles.Project, new CreateReleaseRequest(version, artifact.Digest, null, null, By), cancellationToken);
    }

    private Task<bool> PauseAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        var end = _clock.Elapsed + time;
        return UntilAsync(_ => _clock.Elapsed >= end, cancellationToken);
    }

    private async Task<bool> UntilAsync(Func<StatusResponse, bool> reached, CancellationToken cancellationToken)
    {
        for (var end = _clock.Elapsed + Patience; _clock.Elapsed < end;)
        {
            var status = await server.Client.StatusAsync(cancellationToken);
            show(status);
            if (reached(status))
                return true;
            await Task.Delay(200, cancellationToken);
        }

        return false;
    }

    private static bool Everywhere(StatusResponse status, string version) =>
        status.Projects.SelectMany(p => p.Environments).All(e => e.Serving == version && e.Deployment is null);

    private async Task<DemoReport> ReportAsync(CancellationToken cancellationToken)
    {
        var status = await server.Client.StatusAsync(cancellationToken);
        show(status);
        var bad = Shown.Select(e => ledger.CountsOf(Bad, e)).ToList();
        var isBad = options.Fault is not Fault.None;
        var total = ledger.Total;
        DemoTraffic traffic = new(total.Requests, total.Failures - (isBad ? bad.Sum(c => c.Failures) : 0), ledger.UsersWhoFlapped, ledger.OutsidersInDogfood, isBad ? bad.Sum(c => c.Users) : 0);
        Judge(traffic);
        return new DemoReport
        {
            Ok = _broken.Count == 0,
            Seconds = Seconds(_clock.Elapsed),
            Releases = _releases,
            Traffic = traffic,
            Environments = [.. status.Projects.SelectMany(p => p.Environments).Select(e => new DemoEnvironment(e.Name, e.Serving))],
            Broken = _broken.Count == 0 ? null : _broken,
        };
    }

    private void Judge(DemoTraffic traffic)
    {
        if (traffic.Requests == 0)
            _broken.Add("no traffic was answered");
        if (traffic.FailedOutsideBad > 0)
            _broken.Add($"{traffic.FailedOutsideBad} requests failed that the bad version did not serve");
        if (traffic.UsersWhoFlapped > 0)
            _broken.Add($"{traffic.UsersWhoFlapped} users went back and forth between versions");
        if (traffic.OutsidersInDogfood > 0)
            _broken.Add($"{traffic.OutsidersInDogfood} outsiders were served by dogfood");
        if (ledger.Disagreements > 0)
            _broken.Add($"{ledger.Disagreements} answers were marked with another version than the one that gave them");
    }

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 2);
}
