using System.Collections.Immutable;
using Orleans;
using Orleans.Runtime;

namespace Slipway.Cluster.Nodes;

/// <summary>The servers of the cluster that are not known to be gone, this one among them.</summary>
internal sealed class ClusterNodes(IGrainFactory grains, ILocalSiloDetails local, ISiloStatusOracle silos, IClusterMembershipService membership)
{
    public SiloAddress Self => local.SiloAddress;

    /// <summary>In one order on all servers.</summary>
    public ImmutableArray<SiloAddress> Active => [.. silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Append(Self).Distinct().Order()];

    /// <summary>Versions of Slipway among them, each once: a silo's name is the version of its server.</summary>
    public IReadOnlyCollection<string> Versions =>
        [.. membership.CurrentSnapshot.Members.Values.Where(m => m.Status == SiloStatus.Active).Select(m => m.Name).Append(local.Name).Distinct().Order(StringComparer.Ordinal)];

    public IEnumerable<SiloAddress> Others => Active.Where(s => !s.Equals(Self));

    public bool IsActive(SiloAddress silo) => Active.Contains(silo);

    public INodeGrain Grain(SiloAddress silo) => grains.GetGrain<INodeGrain>(silo.ToParsableString());
}
