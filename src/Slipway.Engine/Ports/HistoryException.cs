using Slipway.Core.Configuration;

namespace Slipway.Engine.Ports;

/// <summary>What is stored of a stream cannot be gone on from, for a reason that a person can mend.</summary>
public sealed class HistoryException(Problem problem, Exception? inner = null) : Exception(problem.ToString(), inner)
{
    public Problem Problem { get; } = problem;
}
