using Slipway.Core.Analysis;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Engine.Ports;

/// <summary>Measures what gateways do not count. Expected troubles (no data, no connection, nonsense) are measurements, never exceptions.</summary>
public interface IMetricSource
{
    /// <summary>The kind of <see cref="MetricSourceSpec"/> it answers for.</summary>
    string Kind { get; }

    /// <summary>
    /// What is wrong with the settings or the query before anything runs, in words for people; null when nothing is. Looks at the text only,
    /// and asks nobody.
    /// </summary>
    string? Refuses(MetricSourceSpec source, MetricQuery query);

    /// <summary>How long after its end a window can be answered: before that, what belongs to it may not have come.</summary>
    TimeSpan Delay(MetricSourceSpec source) => TimeSpan.Zero;

    /// <summary>
    /// Measures one side over a window. May be asked again for the same window, and for windows that overlap. Ends soon after it is
    /// cancelled, and by itself within the source's own time-out.
    /// </summary>
    Task<Measurement> MeasureAsync(MetricRequest request, CancellationToken cancellationToken);
}

/// <summary>One side of one check over one window.</summary>
/// <param name="Candidate">Whether the side is the candidate's; else it is the baseline's.</param>
/// <param name="From">Start of the window; it is open there, and closed at <paramref name="To"/>.</param>
/// <param name="To">End of the window: not later than now.</param>
public sealed record MetricRequest(MetricSourceSpec Source, MetricQuery Query, MetricSubject Subject, bool Candidate, DateTimeOffset From, DateTimeOffset To);

/// <summary>Whose numbers are meant: the instances of one version in one environment.</summary>
public sealed record MetricSubject(EnvironmentKey Environment, CandidateId Version, InstanceRole Role);
