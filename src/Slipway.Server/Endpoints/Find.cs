using Slipway.Core.Configuration;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Engine;

namespace Slipway.Server.Endpoints;

/// <summary>Things by the names in a path; what is not there says what is.</summary>
internal static class Find
{
    public static Result<ProjectSnapshot> Project(SlipwayEngine engine, string project) => engine.Snapshot(new ProjectId(project)) is { } snapshot
        ? snapshot
        : new Problem("SLIP0203", "projects", $"there is no project '{project}'", engine.Projects.IsEmpty ? "apply one with `slipway apply`" : $"there are {string.Join(", ", engine.Projects)}");

    public static Result<(ProjectSnapshot Snapshot, EnvironmentSpec Spec)> Environment(SlipwayEngine engine, string project, string environment)
    {
        var found = Project(engine, project);
        if (!found.Ok)
            return found.Problem;
        return found.Value.Configuration.Find(new EnvironmentName(environment)) is { } spec
            ? (found.Value, spec)
            : new Problem("SLIP0204", $"project {project}", $"there is no environment '{environment}'", $"it has {string.Join(", ", found.Value.Configuration.Environments.Select(e => e.Name))}");
    }
}
