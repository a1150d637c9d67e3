using System.Diagnostics.CodeAnalysis;
using Slipway.Core.Configuration;

namespace Slipway.Engine;

/// <summary>A value, or the problem that there is none.</summary>
public readonly record struct Result<T>
{
    private Result(T? value, Problem? problem) => (Value, Problem) = (value, problem);

    public T? Value { get; }

    public Problem? Problem { get; }

    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Problem))]
    public bool Ok => Problem is null;

    [SuppressMessage("Usage", "CA2225", Justification = "written only as a conversion")]
    public static implicit operator Result<T>(T value) => new(value, null);

    [SuppressMessage("Usage", "CA2225", Justification = "written only as a conversion")]
    public static implicit operator Result<T>(Problem problem) => new(default, problem);
}
