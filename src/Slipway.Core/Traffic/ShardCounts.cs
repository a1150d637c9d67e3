using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace Slipway.Core.Traffic;

/// <summary>
/// Completed requests by shards of the users, or of the instances: every user's key, and every instance's address, falls into one of
/// <see cref="Count"/> by a hash of its own. Shards are alike, so what they differ by is noise, and how much of it there is tells what evidence is worth.
/// </summary>
/// <param name="Speeds">Requests of each shard by how long they took, <see cref="Speed"/> after speed, shard after shard. No answer is the slowest.</param>
/// <param name="Errors">Server errors and missing answers of each shard.</param>
public sealed record ShardCounts(ImmutableArray<long> Speeds, ImmutableArray<long> Errors)
{
    /// <summary>A power of two; with 10 % on the candidate a shard of the rest is about half as large.</summary>
    public const int Count = 16;

    /// <summary>Steps of twice the time each, from a quarter of a millisecond to eight seconds.</summary>
    public const int Steps = 16;

    /// <summary>Fewer instances are too few to tell their differences from chance.</summary>
    public const int LeastInstances = 4;

    /// <summary>More numbers than a list of any version has: a record could not be read back with them.</summary>
    public const int MostCells = 4096;

    private const string Salt = "slipway/shards";
    private const string InstanceSalt = "slipway/instances";

    /// <summary>Clients of each shard, each once a second; empty where nobody counted them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<long> Clients { get; init; }

    /// <summary>Of these: with a server error or a missing answer in that second.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<long> FailedClients { get; init; }

    /// <summary>The hash by which users are told apart where they are counted. Of a key of any length; allocates nothing.</summary>
    public static uint Hash(ReadOnlySpan<char> key) => UserHash.Of(Salt, key);

    /// <summary>The shard of such a hash.</summary>
    public static int Of(uint hash) => (int)(hash % Count);

    /// <summary>The shard of an instance, by its address: the same at every gateway.</summary>
    public static int OfInstance(string address) => UserHash.Bucket(InstanceSalt, address) % Count;

    /// <summary>The step of a bucket of <see cref="LatencyHistogram"/>.</summary>
    public static int Speed(int bucket) => Math.Clamp((bucket >> LatencyHistogram.Scale) + 12, 0, Steps - 1);

    /// <summary>Requests that nothing but chance spreads, as even as whole numbers can be, beginning with a shard that is another one each time.</summary>
    public static ShardCounts Even(LatencyHistogram latency, long noAnswer, long errors, long turn)
    {
        ArgumentNullException.ThrowIfNull(latency);
        var (speeds, failed) = (new long[Count * Steps], new long[Count]);
        var next = (int)(turn % Count);
        for (var i = 0; i < latency.Counts.Length; i++)
            Deal(latency.Counts[i], Speed(latency.Offset + i));
        Deal(noAnswer, Steps - 1);
        for (var i = 0L; i < errors; i++)
            failed[(turn + i) % Count]++;
        return new(ImmutableArray.Create(speeds), ImmutableArray.Create(failed));

        void Deal(long requests, int speed)
        {
            for (var i = 0L; i < requests; i++, next = (next + 1) % Count)
                speeds[(next * Steps) + speed]++;
        }
    }

    public ShardCounts? Plus(ShardCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return !IsWhole || !other.IsWhole ? null : new(Sum(Speeds, other.Speeds), Sum(Errors, other.Errors))
        {
            Clients = HasClients && other.HasClients ? Sum(Clients, other.Clients) : default,
            FailedClients = HasClients && other.HasClients ? Sum(FailedClients, other.FailedClients) : default,
        };
    }

    /// <summary>Whether what somebody else sent has lists of a length that can be.</summary>
    [JsonIgnore]
    public bool IsSound => Fits(Speeds) && Fits(Errors) && Fits(Clients) && Fits(FailedClients);

    /// <summary>Whether it has as many numbers as it should: a gateway of another version may count otherwise.</summary>
    internal bool IsWhole => !Speeds.IsDefault && !Errors.IsDefault && Speeds.Length == Count * Steps && Errors.Length == Count;

    internal bool HasClients => !Clients.IsDefault && !FailedClients.IsDefault && Clients.Length == Count && FailedClients.Length == Count;

    private static bool Fits(ImmutableArray<long> list) => list.IsDefault || list.Length <= MostCells;

    private static ImmutableArray<long> Sum(ImmutableArray<long> some, ImmutableArray<long> others)
    {
        var sums = new long[some.Length];
        for (var i = 0; i < sums.Length; i++)
            sums[i] = some[i] + others[i];
        return ImmutableCollectionsMarshal.AsImmutableArray(sums);
    }
}
