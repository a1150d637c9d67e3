using System.Net;
using Slipway.Storage;

namespace Slipway.Cluster;

/// <summary>How a server takes part in a cluster.</summary>
/// <param name="Listen">Where the other servers reach this one; port 0 takes a free one. Only they should: what comes there is believed.</param>
/// <param name="Database">Where the members find each other, and what they share.</param>
/// <param name="Version">The server's version of Slipway.</param>
/// <param name="Server">Names the server over its restarts.</param>
public sealed record ClusterOptions(IPEndPoint Listen, PostgresAddress Database, string Version, string Server);
