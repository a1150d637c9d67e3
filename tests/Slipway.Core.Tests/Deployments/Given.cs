using System.Collections.Immutable;
using Slipway.Core.Analysis;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Core.Strategies;
using Slipway.Core.Traffic;

namespace Slipway.Core.Tests.Deployments;

/// <summary>What tests of deployments begin with.</summary>
internal static class Given
{
    public static DateTimeOffset Noon { get; } = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    public static EnvironmentKey Production { get; } = new(new ProjectId("shop"), new EnvironmentName("production"));

    public static AudienceRule Employees { get; } = new() { Headers = [new NameValue("x-employee", "true")] };

    public static ImmutableArray<CheckSpec> Errors { get; } = [new CheckSpec.Errors()];

    public static Workload Version(string version) => new(new CandidateId(version), Archive(version), Recipe);

    public static Artifact Archive(string version) => new(ArtifactKind.Archive, $"sha256:{version}", null, 1024);

    public static DeploySpec.Process Recipe { get; } = new() { Command = ["shop", "--port", "{port}"], Health = "/healthz" };

    /// <summary>Two replaces one, by the steps given.</summary>
    public static DeploymentSpec Spec(params Step[] steps) => new()
    {
        Id = DeploymentId.Of(Production, 2),
        Environment = Production,
        Candidate = Version("2.0.0"),
        Stable = Version("1.0.0"),
        Steps = [.. steps],
        Slice = new Slice.Rest(),
        RequestedBy = "ana",
    };

    public static WeightStep Percent(decimal percent, int holdSeconds = 0, bool untilSafe = false) =>
        new(Weight.FromPercent(percent)!.Value, TimeSpan.FromSeconds(holdSeconds), untilSafe);

    public static Evidence Worse(string check = "errors") => new(check, "5 % of answers failed against 1 %", 7.5, 5.1, 1000, 50, 9000, 90);
}
