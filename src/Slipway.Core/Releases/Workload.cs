using Slipway.Core.Projects;

namespace Slipway.Core.Releases;

/// <summary>A candidate together with how it is run: artifact and configuration go forward, and back, as one.</summary>
public sealed record Workload(CandidateId Candidate, Artifact Artifact, DeploySpec Deploy);
