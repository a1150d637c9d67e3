namespace Slipway.Core.Traffic;

/// <summary>
/// Who asked: each client counts once a second and has failed once in it or not, however often it asked. So whoever asks again and again after
/// a failure weighs no more than others. Of very many clients only a fair part is counted, chosen by their hash and never by what they met.
/// </summary>
/// <param name="Seen">Clients with a completed request, second by second.</param>
/// <param name="Failed">Of these: with a server error or a missing answer in that second.</param>
/// <param name="Requests">Completed requests of the clients that were counted.</param>
public sealed record ClientCounts(long Seen, long Failed, long Requests)
{
    public ClientCounts Plus(ClientCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new(Seen + other.Seen, Failed + other.Failed, Requests + other.Requests);
    }
}
