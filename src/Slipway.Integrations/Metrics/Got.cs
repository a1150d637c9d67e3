using Slipway.Core.Analysis;

namespace Slipway.Integrations.Metrics;

/// <summary>What was asked for, or the measurement that says why there is none.</summary>
/// <param name="Value">Only meant when there is no trouble.</param>
/// <param name="Trouble"><see cref="Measurement.Nothing"/> or <see cref="Measurement.Failed"/>; null: none.</param>
internal readonly record struct Got<T>(T Value, Measurement? Trouble)
{
    public static implicit operator Got<T>(T value) => new(value, null);

    public static implicit operator Got<T>(Measurement trouble) => new(default!, trouble);
}
