using System.Collections.Immutable;
using Slipway.Core.Projects;

namespace Slipway.Core.Configuration;

/// <summary>What became of a configuration document.</summary>
public abstract record ReadResult
{
    private ReadResult()
    {
    }

    /// <summary>The document is a valid project.</summary>
    public sealed record Accepted(Project Project) : ReadResult;

    /// <summary>Everything that is wrong with it, in the order of the document; never empty.</summary>
    public sealed record Refused(ImmutableArray<Problem> Problems) : ReadResult;
}
