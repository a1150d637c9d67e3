using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Slipway.Api;
using Slipway.Core.Configuration;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Engine;
using Slipway.Engine.Ports;
using Slipway.Server.Views;

namespace Slipway.Server.Endpoints;

/// <summary>Artifacts and the releases made of them.</summary>
internal static class ReleaseEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/artifacts", UploadAsync).WithName("UploadArtifact").WithSummary("Stores a .tar.gz, .tar or .zip by its digest.").Accepts<Stream>("application/octet-stream").Produces<ArtifactResponse>().Produces<ProblemResponse>(400);
        var releases = api.MapGroup("/projects/{project}/releases");
        releases.MapGet("", List).WithName("ListReleases").WithSummary("All candidates of a project, newest first.").Produces<IReadOnlyList<ReleaseResponse>>().Produces<ProblemResponse>(404);
        releases.MapGet("/{version}", Show).WithName("GetRelease").WithSummary("One candidate.").Produces<ReleaseResponse>().Produces<ProblemResponse>(404);
        releases.MapPost("", CreateAsync).WithName("CreateRelease").WithSummary("Makes a candidate of an uploaded artifact or of a reference.").Produces<ReleaseResponse>().Produces<ProblemResponse>(400).Produces<ProblemResponse>(409);
        releases.MapPost("/{version}/actions/flag", FlagAsync).WithName("FlagRelease").WithSummary("Says that a candidate is bad: it is stopped and taken back everywhere. dryRun=true only says what would happen.").Produces<FlagResponse>().Produces<ProblemResponse>(404);
        releases.MapPost("/{version}/actions/unflag", UnflagAsync).WithName("UnflagRelease").WithSummary("Takes the bad flag off again, by a named person with a reason. dryRun=true only says what would happen.").Produces<FlagResponse>().Produces<ProblemResponse>(404);
    }

    private static async Task<IResult> UploadAsync(HttpContext context, IArtifactStore artifacts, CancellationToken cancellationToken)
    {
        // The store has a limit of its own, with a better message than a cut connection.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
        return await artifacts.SaveAsync(context.Request.Body, cancellationToken) switch
        {
            ArtifactOutcome.Saved saved => Results.Ok(new ArtifactResponse(saved.Artifact.Digest!, saved.Artifact.Bytes)),
            ArtifactOutcome.Refused refused => Answers.Problem(new Problem("SLIP0206", "artifact", refused.Reason, "send a .tar.gz, .tar or .zip of the release's files")),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static IResult List(string project, SlipwayEngine engine) =>
        Answers.Of(engine.Find(new ProjectId(project)), snapshot => snapshot.Project.Candidates.Reverse().Select(c => ReleaseView.Of(snapshot, c)));

    private static IResult Show(string project, string version, SlipwayEngine engine)
    {
        var found = engine.Find(new ProjectId(project));
        if (!found.Ok)
            return Answers.Problem(found.Problem);
        return found.Value.Project.Find(new CandidateId(version)) is { } candidate
            ? Results.Ok(ReleaseView.Of(found.Value, candidate))
            : Answers.Problem(new Problem("SLIP0202", $"project {project}", $"there is no candidate '{version}'", "see `slipway release list`"));
    }

    private static async Task<IResult> CreateAsync(string project, CreateReleaseRequest request, SlipwayEngine engine, IArtifactStore artifacts, CancellationToken cancellationToken)
    {
        if ((Names.Missing(request.By) ?? Names.TooLong("notes", request.Notes)) is { } missing)
            return Answers.Problem(missing);
        var artifact = ArtifactOf(request, artifacts);
        if (!artifact.Ok)
            return Answers.Problem(artifact.Problem);
        if (request.Version is { } version && !Names.IsVersion(version))
            return Answers.Problem(new Problem("SLIP0207", "version", $"'{version}' is no version", "use letters, digits and . _ + - (at most 128, beginning with a letter or digit)"));
        CandidateId? id = request.Version is null ? null : new CandidateId(request.Version);
        var result = await engine.CreateCandidateAsync(new ProjectId(project), id, artifact.Value, request.Notes, request.By, cancellationToken);
        return Answers.Of(result, c => ReleaseView.Of(engine.Snapshot(new ProjectId(project))!, c));
    }

    private static Task<IResult> FlagAsync(string project, string version, FlagRequest request, SlipwayEngine engine, TimeProvider time, CancellationToken cancellationToken, bool dryRun = false) =>
        MarkAsync(project, version, request, engine, dryRun, dryRun
            ? (snapshot, candidate) => Task.FromResult(Result(FlagCommands.Flag(snapshot, candidate, request.By, request.Reason, time.GetUtcNow())))
            : (_, candidate) => engine.FlagAsync(new ProjectId(project), candidate, request.By, request.Reason, cancellationToken));

    private static Task<IResult> UnflagAsync(string project, string version, FlagRequest request, SlipwayEngine engine, TimeProvider time, CancellationToken cancellationToken, bool dryRun = false) =>
        MarkAsync(project, version, request, engine, dryRun, dryRun
            ? (snapshot, candidate) => Task.FromResult(Result(FlagCommands.Unflag(snapshot, candidate, request.By, request.Reason, time.GetUtcNow())))
            : (_, candidate) => engine.UnflagAsync(new ProjectId(project), candidate, request.By, request.Reason, cancellationToken));

    private static async Task<IResult> MarkAsync(string project, string version, FlagRequest request, SlipwayEngine engine, bool dryRun, Func<ProjectSnapshot, CandidateId, Task<Result<CommandOutcome>>> mark)
    {
        if (Names.Missing(request.By, request.Reason) is { } missing)
            return Answers.Problem(missing);
        var found = engine.Find(new ProjectId(project));
        if (!found.Ok)
            return Answers.Problem(found.Problem);
        if (found.Value.Project.Find(new CandidateId(version)) is not { } candidate)
            return Show(project, version, engine);
        return Answers.Of(await mark(found.Value, candidate.Id), outcome => new FlagResponse(outcome.Said, outcome.DoesSomething, dryRun, ReleaseView.Of(engine.Snapshot(new ProjectId(project))!, candidate)));
    }

    private static Result<CommandOutcome> Result(CommandOutcome outcome) => outcome;

    private static Result<Artifact> ArtifactOf(CreateReleaseRequest request, IArtifactStore artifacts) => request switch
    {
        { Digest: { } digest, Reference: null } => artifacts.Has(digest)
            ? new Artifact(ArtifactKind.Archive, digest, null, 0)
            : new Problem("SLIP0205", "digest", $"no artifact {digest} was uploaded", "upload it first, or let `slipway release create` do both"),
        { Digest: null, Reference: { Length: > 0 and <= 1024 } reference } => new Artifact(ArtifactKind.Reference, null, reference, 0),
        _ => new Problem("SLIP0207", "release", "it needs exactly one of an artifact's digest and a reference", "give a directory, an archive, or `--reference`"),
    };
}
