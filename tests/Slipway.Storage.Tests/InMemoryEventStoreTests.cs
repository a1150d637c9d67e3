using Slipway.Engine.Ports;
using Slipway.Testing;
using Slipway.Testing.Contracts;

namespace Slipway.Storage.Tests;

public sealed class InMemoryEventStoreTests : StreamArchiveContract
{
    protected override IEventStore Store { get; } = new InMemoryEventStore();

    protected override IEventStore Another() => Store;
}
