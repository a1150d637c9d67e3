using System.Collections.Immutable;
using Orleans;
using Orleans.Runtime;

namespace Slipway.Cluster.Nodes;

/// <summary>The servers of the cluster that are not known to be gone, this one among them.</summary>
internal sealed class ClusterNodes(IGrainFactory grains, ILocalSiloDetails local, ISiloStatusOracle silos)
{
    public SiloAddress Self => local.SiloAddress;

    /// <summary>In one order on all servers.</summary>
    public ImmutableArray<SiloAddress> Active => [.. silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Append(Self).Distinct().Order()];

    public IEnumerable<SiloAddress> Others => Active.Where(s => !s.Equals(Self));

    public bool IsActive(SiloAddress silo) => Active.Contains(silo);

    public INodeGrain Grain(SiloAddress silo) => grains.GetGrain<INodeGrain>(silo.ToParsableString());
}
