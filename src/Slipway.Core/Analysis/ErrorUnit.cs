using Slipway.Core.Traffic;

namespace Slipway.Core.Analysis;

/// <summary>What the errors check counts.</summary>
public enum CountedPer
{
    /// <summary>Clients, where gateways count them, few enough of them see a failure, and they do not ask very often; else requests.</summary>
    Auto,

    /// <summary>Every request.</summary>
    Request,

    /// <summary>Each client once a second, and a failure of it once: whoever asks again and again after a failure weighs no more than others.</summary>
    Client,
}

/// <summary>Whether failed requests or clients with a failure are counted. Chosen once, before the first comparison, from the baseline's
/// past; of the tick to be compared only by how often the baseline's clients ask in it, and never by who failed.</summary>
/// <param name="per">What was asked for.</param>
/// <param name="tolerance">Share of requests that is no defect.</param>
internal sealed class ErrorUnit(CountedPer per, double tolerance)
{
    /// <summary>Where more clients than this see a failure anyway, those that see several are too many to be counted as one.</summary>
    private const double Crowded = 0.2;

    /// <summary>Who asks more often than this a second is a crowd behind one address, or a machine.</summary>
    private const double Busy = 10;

    private readonly BaselineRate _past = new(Memory.Default);
    private double _requests;
    private double _clients;
    private Window _waiting;
    private double _waitingNoise = Noise.Unknown;
    private bool _isBaselineCounted;
    private bool _isChosen;
    private bool _isClient;

    public bool IsClient => _isClient;

    /// <summary>How many requests of the baseline one of these is: so many times a share of requests is the same share of these.</summary>
    public double Scale => _isClient ? PerClient(_requests, _clients) : 1;

    /// <summary>The baseline's clients until the choice.</summary>
    public BaselineRate Past => _past;

    /// <summary>Clients from the candidate's first traffic until the choice.</summary>
    public Window Waiting => _waiting;

    /// <summary>φ of clients as it was known before these.</summary>
    public double WaitingNoise => _waitingNoise;

    /// <summary>The first completed requests of the candidate decide. True once: when clients are counted from now on.</summary>
    public bool ChoosesClients(in Tick tick)
    {
        if (_isChosen || tick.Candidate.Requests == 0)
        {
            return false;
        }

        _isChosen = true;
        var isCounted = tick.Candidate.Clients is not null && (tick.Baseline.Requests > 0 ? tick.Baseline.Clients is not null : _isBaselineCounted);
        return _isClient = isCounted && (per is CountedPer.Client || (per is CountedPer.Auto && IsWorthIt(tick.Baseline.Clients)));
    }

    /// <summary>The baseline before the candidate had traffic.</summary>
    public void Learn(TimeSpan at, in SideTick baseline)
    {
        Count(baseline);
        _past.Learn(at, baseline.Clients?.Seen ?? baseline.Requests, baseline.Clients?.Failed ?? baseline.Errors);
    }

    /// <summary>A tick that was compared.</summary>
    public void Compared(in Tick tick)
    {
        Count(tick.Baseline);
        _waitingNoise = _waiting == default ? tick.ClientNoise : _waitingNoise;
        _waiting = _isChosen ? default : _waiting + tick.Clients;
    }

    public void Sync(Snapshot state)
    {
        _past.Sync(state);
        state.Sync(ref _requests);
        state.Sync(ref _clients);
        state.Sync(ref _waiting);
        state.Sync(ref _waitingNoise);
        state.Sync(ref _isBaselineCounted);
        state.Sync(ref _isChosen);
        state.Sync(ref _isClient);
    }

    /// <summary>How often clients ask is seen at once; how often they fail only before.</summary>
    private bool IsWorthIt(ClientCounts? now)
    {
        var perClient = PerClient(_requests + (now?.Requests ?? 0), _clients + (now?.Seen ?? 0));
        return perClient <= Busy && _past.Estimate + (tolerance * perClient) < Crowded;
    }

    private static double PerClient(double requests, double clients) => clients > 0 ? Math.Max(1, requests / clients) : 1;

    private void Count(in SideTick baseline)
    {
        _isBaselineCounted = baseline.Requests > 0 ? baseline.Clients is not null : _isBaselineCounted;
        _requests += baseline.Clients?.Requests ?? 0;
        _clients += baseline.Clients?.Seen ?? 0;
    }
}
