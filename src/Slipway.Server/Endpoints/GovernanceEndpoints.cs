using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Api;
using Slipway.Core.Configuration;
using Slipway.Core.Governance;
using Slipway.Core.Projects;
using Slipway.Engine;
using Slipway.Server.Configuration;
using Slipway.Server.Views;

namespace Slipway.Server.Endpoints;

/// <summary>Freeze windows of the whole installation, and stopping the line.</summary>
internal static class GovernanceEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var governance = api.MapGroup("/governance").WithTags("GovernanceEndpoints");
        governance.MapGet("", Show).WithName("ShowGovernance").WithSummary("Freeze windows, stops of the line, and whether deployments may begin in each environment now.").Produces<GovernanceResponse>();
        governance.MapPut("/freezes", SetAsync).WithName("SetFreezes").WithSummary("Makes the installation's freeze windows be what the document says.").Accepts<string>("application/yaml").Produces<FreezesResponse>().Produces<ProblemResponse>(400);
        governance.MapPost("/line/stop", StopAsync).WithName("StopLine").WithSummary("Nothing begins and nothing takes another step; rollbacks and aborts go on.").Produces<LineStopStatus>().Produces<ProblemResponse>(400);
        governance.MapPost("/line/release", ReleaseAsync).WithName("ReleaseLine").WithSummary("Ends a stop of the line of the same scope.").Produces<GovernanceResponse>().Produces<ProblemResponse>(409);
    }

    private static IResult Show(SlipwayEngine engine, TimeProvider time) => Results.Ok(GovernanceView.Of(engine, time.GetUtcNow()));

    private static async Task<IResult> SetAsync(HttpRequest request, SlipwayEngine engine, CancellationToken cancellationToken, string by = "", bool dryRun = false)
    {
        if (Names.Missing(by) is { } missing)
            return Answers.Problem(missing);
        if (await Documents.ReadAsync(request, cancellationToken) is not { } text)
            return Answers.Problem(new Problem("SLIP0207", "document", "it is larger than 2 MiB", "remove windows that are over"));
        var tree = YamlReader.ReadTree(text, "freezes.yaml");
        if (tree is YamlTree.Refused refused)
            return Answers.Problem(refused.Problem);
        var (windows, problems) = GovernanceReader.Read(((YamlTree.Read)tree).Root);
        return problems.IsEmpty
            ? Results.Ok(new FreezesResponse(!dryRun, await engine.SetWindowsAsync(windows, by, dryRun, cancellationToken)))
            : Answers.Problem(problems);
    }

    private static async Task<IResult> StopAsync(LineRequest request, SlipwayEngine engine, CancellationToken cancellationToken)
    {
        if (Names.Missing(request.By, request.Reason) is { } missing)
            return Answers.Problem(missing);
        var scope = Scope(request);
        return scope.Ok ? Results.Ok(GovernanceView.Of(await engine.StopLineAsync(scope.Value, request.By, request.Reason!, cancellationToken))) : Answers.Problem(scope.Problem);
    }

    private static async Task<IResult> ReleaseAsync(LineRequest request, SlipwayEngine engine, TimeProvider time, CancellationToken cancellationToken)
    {
        if (Names.Asked(request.By, request.Reason) is { } missing)
            return Answers.Problem(missing);
        var scope = Scope(request);
        if (!scope.Ok)
            return Answers.Problem(scope.Problem);
        return await engine.ReleaseLineAsync(scope.Value, request.By, request.Reason, cancellationToken)
            ? Show(engine, time)
            : Answers.Problem(new Problem("SLIP0314", "line", $"the line is not stopped for {scope.Value}", engine.Governance.Stops.IsEmpty ? "nothing is left to do" : $"it is stopped for {string.Join("; ", engine.Governance.Stops.Select(s => s.Scope))}"));
    }

    private static Result<FreezeScope> Scope(LineRequest request)
    {
        Tier? tier = null;
        if (request.Tier is { } word)
        {
            if (!Enum.TryParse<Tier>(word, ignoreCase: true, out var known) || !Enum.IsDefined(known) || char.IsAsciiDigit(word.FirstOrDefault()))
                return new Problem("SLIP0207", "tier", $"there is no tier '{word}'", "use development, staging or production");
            tier = known;
        }

        return new FreezeScope
        {
            Project = request.Project is { } project ? new ProjectId(project) : null,
            Tier = tier,
            Environments = request.Environment is { } environment ? [new EnvironmentName(environment)] : [],
        };
    }
}
