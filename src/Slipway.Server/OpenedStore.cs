using Slipway.Engine.Ports;
using Slipway.Storage;

namespace Slipway.Server;

/// <summary>The stores that the options name, and what keeps other servers from them. Given back with the server.</summary>
internal sealed class OpenedStore(IEventStore store, IAnalysisStore analyses, IAsyncDisposable? lease) : IAsyncDisposable
{
    public IEventStore Store => store;

    public IAnalysisStore Analyses => analyses;

    /// <summary>Waits for the database: a container makes its services synchronously, and nothing else happens before.</summary>
    public static OpenedStore Open(ServerOptions options, DataDirectory data, TimeProvider time) => options.Database is { } database
        ? Task.Run(() => OpenAsync(database, time)).GetAwaiter().GetResult()
        : new OpenedStore(SqliteEventStore.Open(data.Database), SqliteAnalysisStore.Open(data.Database), null);

    /// <summary>The stores themselves are disposed of by the container, and before this.</summary>
    public ValueTask DisposeAsync() => lease?.DisposeAsync() ?? default;

    private static async Task<OpenedStore> OpenAsync(PostgresAddress database, TimeProvider time)
    {
        var lease = await PostgresLease.TakeAsync(database, CancellationToken.None);
        try
        {
            return new OpenedStore(await PostgresEventStore.OpenAsync(database, time, CancellationToken.None), PostgresAnalysisStore.Open(database), lease);
        }
        catch
        {
            await lease.DisposeAsync();
            throw;
        }
    }
}
