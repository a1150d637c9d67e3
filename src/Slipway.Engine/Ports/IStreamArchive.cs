using System.Collections.Immutable;

namespace Slipway.Engine.Ports;

/// <summary>
/// What keeps an event store from growing for ever: states of long streams, so that nobody has to fold them from their beginning, and the
/// removal of old events that are in such a state. Implemented by the stores beside <see cref="IEventStore"/>.
/// </summary>
public interface IStreamArchive
{
    /// <summary>The state of a stream at some version; null when none is kept.</summary>
    Task<StreamSnapshot?> SnapshotAsync(string stream, CancellationToken cancellationToken);

    /// <summary>Up to <paramref name="limit"/> states, in the order of the streams' names, after a name.</summary>
    Task<ImmutableArray<StreamSnapshot>> SnapshotsAsync(string afterStream, int limit, CancellationToken cancellationToken);

    /// <summary>Keeps a state in place of an older one of its stream; a newer one stays.</summary>
    Task SaveSnapshotAsync(StreamSnapshot snapshot, CancellationToken cancellationToken);

    /// <summary>
    /// Removes the events of some kinds from a stream up to a version, all or none, and returns how many. Never the first or the last one of
    /// the stream, and nothing unless a state is kept that has them. Versions and positions of the others stay.
    /// </summary>
    Task<long> CompactAsync(string stream, long throughVersion, IReadOnlyCollection<string> types, CancellationToken cancellationToken);

    /// <summary>The last position at which an event was removed; 0 when none was. Everything after it is there.</summary>
    Task<long> HorizonAsync(CancellationToken cancellationToken);

    /// <summary>Gives the room of what was removed back to the disk, where that is not done by itself.</summary>
    Task ReclaimAsync(CancellationToken cancellationToken);
}

/// <summary>What the first events of a stream fold to.</summary>
/// <param name="Version">How many events are in it.</param>
/// <param name="Format">The form of <paramref name="Data"/>.</param>
/// <param name="Data">JSON.</param>
public sealed record StreamSnapshot(string Stream, long Version, int Format, string Data);
