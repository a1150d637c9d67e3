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
    /// <summary>Where it serves once it is ready.</summary>
    [JsonIgnore]
    public string? Endpoint => Identity is not null && Port is { } port ? $"http://127.0.0.1:{port}" : null;

    /// <summary>What all instances of one version are together.</summary>
    /// <param name="records">Of the same version, at least one, the oldest process first.</param>
    public static InstanceStatus Status(IReadOnlyList<InstanceRecord> records)
    {
        ImmutableArray<string> ready = [.. records.Where(r => r.State is InstanceState.Ready).Select(r => r.Endpoint).OfType<string>()];
        var exited = records.Where(r => r.State is InstanceState.Exited).ToList();
        var condition = ready.Length > 0 ? InstanceCondition.Ready : exited.Count < records.Count ? InstanceCondition.Starting : InstanceCondition.Exited;
        return new(records[0].Id, condition, ready, exited.FirstOrDefault()?.Detail ?? "") { Exited = exited.Count, Starting = records.Count - ready.Length - exited.Count };
    }

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
