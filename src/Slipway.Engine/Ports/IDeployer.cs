using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Engine.Ports;

/// <summary>
/// Runs candidates somewhere. Everything may be asked twice and after a crash: asking for what is already there adopts it.
/// Instances outlive the server on purpose; the engine lists them after a start and stops those that nobody wants.
/// </summary>
public interface IDeployer
{
    /// <summary>Starts, adopts or restarts the instance, and returns when it is ready or cannot become so.</summary>
    Task<DeployOutcome> EnsureAsync(InstanceRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Stops the instance and returns when it is gone. Politely first, killed after the grace time of its recipe. Stopping what is
    /// not there succeeds. The caller has already taken its traffic away.
    /// </summary>
    Task StopAsync(InstanceId id, CancellationToken cancellationToken);

    /// <summary>Every instance this deployer ever started that still exists, and those that exited and were not stopped by request.</summary>
    Task<ImmutableArray<InstanceStatus>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Exits that nobody asked for, reported at once, for as long as the caller listens.</summary>
    IAsyncEnumerable<InstanceStatus> WatchExitsAsync(CancellationToken cancellationToken);
}

/// <summary>One version in one environment: all its instances of one role.</summary>
public readonly record struct InstanceId(
    EnvironmentKey Environment, CandidateId Candidate,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] InstanceRole Role = InstanceRole.Serving)
{
    public override string ToString() => Role is InstanceRole.Serving ? $"{Environment}/{Candidate}" : $"{Environment}/{Candidate} (baseline)";
}

/// <param name="Instances">How many of them there shall be; at least 1.</param>
public sealed record InstanceRequest(InstanceId Id, Artifact Artifact, DeploySpec Deploy, int Instances = 1);

public abstract record DeployOutcome
{
    private DeployOutcome()
    {
    }

    /// <summary>Ready to serve.</summary>
    public sealed record Ready(ImmutableArray<string> Endpoints) : DeployOutcome;

    /// <summary>Could not be made ready; the reason is a sentence for people (with the last lines the process printed), and says what to do.</summary>
    public sealed record Failed(string Reason) : DeployOutcome;
}

/// <summary>What is known of an instance.</summary>
/// <param name="Endpoints">Where it serves; empty when it does not run.</param>
/// <param name="Detail">For an exited one: exit code and last lines printed, as far as known.</param>
public sealed record InstanceStatus(InstanceId Id, InstanceCondition Condition, ImmutableArray<string> Endpoints, string Detail);

public enum InstanceCondition
{
    Starting,
    Ready,
    Exited,
}
