using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>What is kept of an instance on disk, so that the next server knows what the last one started.</summary>
/// <param name="Recipe">Null when only the process was found, and not what it was started from.</param>
/// <param name="Identity">Null before it was started.</param>
/// <param name="Detail">Why it exited, as far as known.</param>
internal sealed record InstanceRecord(InstanceId Id, Recipe? Recipe, int? Port, ProcessIdentity? Identity, InstanceState State, string Detail = "")
{
    [JsonIgnore]
    public InstanceStatus Status => State switch
    {
        InstanceState.Ready => new(Id, InstanceCondition.Ready, Endpoints, Detail),
        InstanceState.Exited => new(Id, InstanceCondition.Exited, [], Detail),
        _ => new(Id, InstanceCondition.Starting, Endpoints, Detail),
    };

    [JsonIgnore]
    public ImmutableArray<string> Endpoints => Identity is not null && Port is { } port ? [$"http://127.0.0.1:{port}"] : [];

    [JsonIgnore]
    public bool IsRunning => State is InstanceState.Starting or InstanceState.Ready;
}

internal enum InstanceState
{
    /// <summary>About to be started; there may be a process already, or never.</summary>
    Intended,

    /// <summary>Started, and not yet ready.</summary>
    Starting,
    Ready,
    Exited,
}
