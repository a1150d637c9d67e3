using Slipway.Engine.Ports;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>The place of one process among the instances of its version: what it is called on disk and in its own variables.</summary>
/// <param name="Id">Which version, where, and what for.</param>
/// <param name="Number">From 1. A number that is free is given again, so numbers say nothing of age.</param>
internal readonly record struct Slot(InstanceId Id, int Number = 1)
{
    public override string ToString() => Number == 1 ? Id.ToString() : $"{Id} (instance {Number})";
}
