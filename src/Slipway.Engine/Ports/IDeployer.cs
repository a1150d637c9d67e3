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
    /// <summary>
    /// Has exactly so many instances of a version running and ready when it returns that they are: starts, adopts and restarts what is
    /// missing; stops what is more, politely: what is not ready at once, and of what is ready those that have been so for the shortest time.
    /// May be asked for more or fewer at any time. One instance that does not become ready fails the whole, with its reason; those that
    /// are ready are left running. The caller has already taken the traffic of those away that are to go.
    /// </summary>
    Task<DeployOutcome> EnsureAsync(InstanceRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Stops all instances of a version and returns when they are gone. Politely first, killed after the grace time of its recipe. Stopping what is
    /// not there succeeds. The caller has already taken its traffic away.
    /// </summary>
    Task StopAsync(InstanceId id, CancellationToken cancellationToken);

    /// <summary>
    /// Every version of which this deployer ever started an instance that still exists, or that exited and was neither replaced nor stopped
    /// by request; one entry each.
    /// </summary>
    Task<ImmutableArray<InstanceStatus>> ListAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Exits that nobody asked for, of instances that were ready: reported at once and each by itself, whatever runs of its version beside
    /// it, for as long as the caller listens.
    /// </summary>
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

    /// <summary>Ready to serve, as many as were asked for: one endpoint each, that of the instance first that has been ready for longest.</summary>
    public sealed record Ready(ImmutableArray<string> Endpoints) : DeployOutcome;

    /// <summary>Could not be made ready; the reason is a sentence for people (with the last lines the process printed), and says what to do.</summary>
    public sealed record Failed(string Reason) : DeployOutcome;
}

/// <summary>What is known of the instances of a version; or, where an exit is reported, of the one that exited.</summary>
/// <param name="Endpoints">Where those serve that are ready, first what has been so for longest.</param>
/// <param name="Detail">Of one that exited: exit code and last lines printed, as far as known.</param>
public sealed record InstanceStatus(InstanceId Id, InstanceCondition Condition, ImmutableArray<string> Endpoints, string Detail)
{
    /// <summary>How many are ready.</summary>
    public int Instances { get; init; } = Endpoints.Length;

    /// <summary>How many may become ready yet: being started, or left so by a start that was given up.</summary>
    public int Starting { get; init; } = Condition is InstanceCondition.Starting ? 1 : 0;

    /// <summary>
    /// They answered when last tried, but nobody can be asked to keep or stop them: the server that ran them is gone. Users may be sent to them until
    /// others are ready in their place.
    /// </summary>
    public bool Lost { get; init; }

    /// <summary>How many exited by themselves, or did not become ready, and were neither replaced nor stopped since.</summary>
    public int Exited { get; init; } = Condition is InstanceCondition.Exited ? 1 : 0;
}

public enum InstanceCondition
{
    /// <summary>None is ready yet, some may become so.</summary>
    Starting,

    /// <summary>At least one is.</summary>
    Ready,

    /// <summary>None runs any more.</summary>
    Exited,
}
