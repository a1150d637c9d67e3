using System.Collections.Immutable;
using Slipway.Core.Configuration;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Core.Environments;

/// <summary>What follows from a command, before it is carried out.</summary>
public sealed record CommandOutcome
{
    /// <summary>What will happen, in a sentence for people; empty when it is refused.</summary>
    public string Said { get; init; } = "";

    /// <summary>Why not; nothing else is set then.</summary>
    public Problem? Refusal { get; init; }

    /// <summary>What becomes true of the environment.</summary>
    public ImmutableArray<EnvironmentEvent> Events { get; init; } = [];

    /// <summary>What becomes true of the project.</summary>
    public ImmutableArray<ProjectEvent> ProjectEvents { get; init; } = [];

    /// <summary>What the deployment under way is told.</summary>
    public DeploymentInput? Tell { get; init; }

    /// <summary>What members of a fleet are asked in turn.</summary>
    public ImmutableArray<(EnvironmentName Member, EnvironmentCommand Command)> Members { get; init; } = [];

    /// <summary>The deployment that hears it, or that is already as the command wants it; null when it is about none.</summary>
    public DeploymentId? About { get; init; }

    /// <summary>What waits because of it, or waited already; null when nothing does.</summary>
    public QueuedDeployment? Waits { get; init; }

    /// <summary>The deployment that begins, if one does.</summary>
    public DeploymentSpec? Begun => Events.OfType<EnvironmentEvent.DeploymentCreated>().FirstOrDefault()?.Spec;

    /// <summary>Whether it changes anything; a command that was given before does not.</summary>
    public bool DoesSomething => !Events.IsEmpty || !ProjectEvents.IsEmpty || Tell is not null || !Members.IsEmpty;

    public static implicit operator CommandOutcome(Problem refusal) => new() { Refusal = refusal };

    internal static CommandOutcome Notes(string said, params ImmutableArray<EnvironmentEvent> events) => new() { Said = said, Events = events };

    internal static CommandOutcome Marks(string said, ProjectEvent e) => new() { Said = said, ProjectEvents = [e] };

    internal static CommandOutcome Nothing(string said, DeploymentId? about = null) => new() { Said = said, About = about };
}
