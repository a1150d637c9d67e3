using Slipway.Core.Traffic;

namespace Slipway.Gateway.Counting;

/// <summary>Whom a request comes from, as far as counting needs to know.</summary>
/// <param name="Hash">Of the user's key; of the address where there is none.</param>
/// <param name="HasKey">Whether requests of one user can be told to belong together. If not, each counts as a user's of its own.</param>
internal readonly record struct RequestUser(uint Hash, bool HasKey)
{
    public int Shard => ShardCounts.Of(Hash);
}
