using Slipway.Core.Configuration;

namespace Slipway.Storage;

/// <summary>The store cannot be used, for a reason that a person can mend.</summary>
public sealed class StoreException(Problem problem, Exception? inner = null) : Exception(problem.ToString(), inner)
{
    public Problem Problem { get; } = problem;
}
