using System.IO.Hashing;
using System.Text;
using Orleans.Runtime;

namespace Slipway.Cluster.Projects;

/// <summary>
/// Which server is to act for a project: the one for which the hash of both is highest (rendezvous hashing). When a server comes or goes, only its
/// own projects move.
/// </summary>
internal static class Preferred
{
    public static SiloAddress Of(string project, IEnumerable<SiloAddress> servers) => servers.MaxBy(s => (Score(project, s), s.ToParsableString()))!;

    private static ulong Score(string project, SiloAddress server) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes($"{project}\n{server.ToParsableString()}"));
}
