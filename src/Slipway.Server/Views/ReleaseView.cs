using Slipway.Api;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Server.Views;

/// <summary>Candidates as the API shows them.</summary>
internal static class ReleaseView
{
    public static ReleaseResponse Of(ProjectSnapshot snapshot, Candidate c) => new()
    {
        Project = snapshot.Configuration.Id.Value,
        Version = c.Id.Value,
        Number = c.Number,
        ArtifactKind = DeploymentView.Word(c.Artifact.Kind),
        Digest = c.Artifact.Digest,
        Reference = c.Artifact.Reference,
        Notes = c.Notes,
        CreatedBy = c.CreatedBy,
        CreatedAt = c.CreatedAt,
        Bad = snapshot.Project.Bad.TryGetValue(c.Id, out var flag) ? new BadResponse(flag.By, flag.Why, flag.At) : null,
        Environments = [.. snapshot.Configuration.Environments.Select(e => (e.Name, State: State(snapshot.Of(e.Name), c.Id))).Where(e => e.State is not null).Select(e => new ReleaseWhere(e.Name.Value, e.State!))],
    };

    private static string? State(EnvironmentState state, CandidateId id) =>
        state.Active?.Candidate.Candidate == id ? "rolling out"
        : state.Stable?.Candidate == id ? "serving"
        : state.FailedHere.Contains(id) ? "failed"
        : state.SucceededAt.ContainsKey(id) ? "succeeded"
        : null;
}
