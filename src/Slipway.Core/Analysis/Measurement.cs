using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Slipway.Core.Traffic;

namespace Slipway.Core.Analysis;

/// <summary>What a metric source says of one side of one check over one window. Nothing measured is never a number.</summary>
[JsonDerivedType(typeof(Counts), "counts")]
[JsonDerivedType(typeof(Latencies), "latencies")]
[JsonDerivedType(typeof(Value), "value")]
[JsonDerivedType(typeof(Judged), "judged")]
[JsonDerivedType(typeof(Nothing), "nothing")]
[JsonDerivedType(typeof(Failed), "failed")]
public abstract record Measurement
{
    private Measurement()
    {
    }

    /// <summary>Counted in the window, and only in it: of so much exposure (requests, seconds of instances), so many (errors, events).</summary>
    public sealed record Counts(double Exposure, double Count) : Measurement
    {
        /// <summary>The same by what the source was asked to keep apart, the largest first; none where it was not.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public ImmutableArray<CountedPart> Parts { get; init; }
    }

    /// <summary>Of the requests that ended in the window: how long the answered ones took, and how many had no answer.</summary>
    public sealed record Latencies(LatencyHistogram Histogram, long NoAnswer) : Measurement;

    /// <summary>One number, as of the window's end. Always finite: what is not a number is <see cref="Nothing"/>.</summary>
    public sealed record Value(double Number) : Measurement;

    /// <summary>Somebody else's verdict: a command that exited with 0, a signal that was pushed.</summary>
    public sealed record Judged(bool Passes, string Said) : Measurement;

    /// <summary>The source answered that it has no data for this.</summary>
    public sealed record Nothing(string Why) : Measurement;

    /// <summary>The source could not be asked, or its answer could not be read.</summary>
    public sealed record Failed(string Why) : Measurement;
}

/// <summary>A part of what was counted, that can break alone.</summary>
/// <param name="Name">A label and its value, such as <c>handler/checkout</c>.</param>
public sealed record CountedPart(string Name, double Exposure, double Count);

/// <summary>Both sides of one check over one window.</summary>
/// <param name="Check">The check's name.</param>
/// <param name="At">End of the window, since the deployment started.</param>
/// <param name="Baseline">Null where the check compares with a limit, not with a baseline.</param>
public sealed record MetricWindow(string Check, TimeSpan At, Measurement Candidate, Measurement? Baseline);
