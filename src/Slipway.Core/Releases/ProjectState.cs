using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Slipway.Core.Projects;

namespace Slipway.Core.Releases;

/// <summary>An immutable candidate of a project.</summary>
/// <param name="Number">Order of creation within the project, from 1; a higher number is newer.</param>
public sealed record Candidate(CandidateId Id, int Number, Artifact Artifact, string? Notes, string CreatedBy, DateTimeOffset CreatedAt);

/// <summary>Why a candidate is bad. Nothing deploys it again without a named person and a reason.</summary>
public sealed record BadFlag(string By, string Why, DateTimeOffset At);

/// <summary>What became true of a project. Stored for ever.</summary>
[JsonDerivedType(typeof(Applied), "project.applied")]
[JsonDerivedType(typeof(CandidateCreated), "project.candidate-created")]
[JsonDerivedType(typeof(CandidateFlagged), "project.candidate-flagged")]
[JsonDerivedType(typeof(CandidateUnflagged), "project.candidate-unflagged")]
[JsonDerivedType(typeof(CandidatesForgotten), "project.candidates-forgotten")]
public abstract record ProjectEvent(DateTimeOffset At)
{
    public sealed record Applied(Project Project, string By, DateTimeOffset At) : ProjectEvent(At);

    public sealed record CandidateCreated(Candidate Candidate, DateTimeOffset At) : ProjectEvent(At);

    public sealed record CandidateFlagged(CandidateId Candidate, string By, string Why, DateTimeOffset At) : ProjectEvent(At);

    public sealed record CandidateUnflagged(CandidateId Candidate, string By, string Why, DateTimeOffset At) : ProjectEvent(At);

    /// <summary>Nothing reaches these any more: the project knows them no longer. Their deployments stay, and so does who is bad.</summary>
    public sealed record CandidatesForgotten(ImmutableArray<CandidateId> Candidates, DateTimeOffset At) : ProjectEvent(At);
}

/// <summary>A project's configuration, candidates and flags: the fold of its events.</summary>
public sealed record ProjectState
{
    public static ProjectState Empty { get; } = new();

    public Project? Project { get; init; }

    /// <summary>Oldest first; without those that were forgotten.</summary>
    public ImmutableArray<Candidate> Candidates { get; init; } = [];

    /// <summary>The number of the next candidate. The newest one is never forgotten.</summary>
    [JsonIgnore]
    public int NextNumber => Candidates is [.., var newest] ? newest.Number + 1 : 1;

    public ImmutableDictionary<CandidateId, BadFlag> Bad { get; init; } = ImmutableDictionary<CandidateId, BadFlag>.Empty;

    public Candidate? Find(CandidateId id) => Candidates.FirstOrDefault(c => c.Id == id);

    public bool IsBad(CandidateId id) => Bad.ContainsKey(id);

    public static ProjectState Evolve(ProjectState state, ProjectEvent e) => e switch
    {
        ProjectEvent.Applied x => state with { Project = x.Project },
        ProjectEvent.CandidateCreated x => state with { Candidates = state.Candidates.Add(x.Candidate) },
        ProjectEvent.CandidateFlagged x => state with { Bad = state.Bad.SetItem(x.Candidate, new BadFlag(x.By, x.Why, x.At)) },
        ProjectEvent.CandidateUnflagged x => state with { Bad = state.Bad.Remove(x.Candidate) },
        ProjectEvent.CandidatesForgotten x => state with { Candidates = state.Candidates.RemoveAll(c => x.Candidates.Contains(c.Id)) },
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
