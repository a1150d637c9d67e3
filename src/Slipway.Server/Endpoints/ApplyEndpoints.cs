using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Api;
using Slipway.Core.Configuration;
using Slipway.Engine;
using Slipway.Engine.Ports;
using Slipway.Server.Configuration;

namespace Slipway.Server.Endpoints;

/// <summary>Configuration as code: a document makes a project be what it says, or nothing is changed and everything wrong is told.</summary>
internal static class ApplyEndpoints
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/apply", ApplyAsync).WithName("Apply").WithSummary("Applies a slipway.yaml, or with dryRun says what it would change.")
            .Accepts<string>("application/yaml").Produces<ApplyResponse>().Produces<ProblemResponse>(400).Produces<ProblemResponse>(409);

    private static async Task<IResult> ApplyAsync(HttpRequest request, bool? dryRun, string? file, string? by, SlipwayEngine engine, IEnumerable<IMetricSource> sources, CancellationToken cancellationToken)
    {
        if (Names.Missing(by) is { } missing)
            return Answers.Problem(missing);
        if (await Documents.ReadAsync(request, cancellationToken) is not { } text)
            return Answers.Problem(new Problem("SLIP0207", "document", "it is larger than 2 MiB", "split it into several projects"));
        var read = YamlReader.ReadProject(text, file is { Length: > 0 and < 500 } ? file : "slipway.yaml");
        if (read is ReadResult.Refused refused)
            return Answers.Problem(refused.Problems);
        var project = ((ReadResult.Accepted)read).Project;
        if (SourceQueries.Problems(project, [.. sources]).ToArray() is { Length: > 0 } problems)
            return Answers.Problem(problems);
        var result = await engine.ApplyAsync(project, by!, dryRun ?? false, cancellationToken);
        return Answers.Of(result, changes => new ApplyResponse(project.Id.Value, !(dryRun ?? false), changes));
    }
}
