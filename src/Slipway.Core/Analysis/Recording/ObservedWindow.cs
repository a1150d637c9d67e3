using System.Text.Json.Serialization;
using Slipway.Core.Traffic;

namespace Slipway.Core.Analysis.Recording;

/// <summary>
/// One thing that the checks of a deployment were shown, in the order in which they were. The same windows shown again to the same checks
/// give the same reports: that is how a watch goes on after a restart, and how another policy is tried on what has long happened.
/// </summary>
/// <param name="At">Since the deployment was first watched.</param>
[JsonDerivedType(typeof(Learned), "learned")]
[JsonDerivedType(typeof(Compared), "compared")]
[JsonDerivedType(typeof(Measured), "measured")]
[JsonDerivedType(typeof(BegunAnew), "begun-anew")]
[JsonDerivedType(typeof(Cut), "cut")]
public abstract record ObservedWindow(TimeSpan At)
{
    /// <summary>What the baseline did before the candidate had traffic.</summary>
    public sealed record Learned(TimeSpan At, SideCounts Baseline) : ObservedWindow(At);

    /// <summary>What both sides did since the window before; null is a side without traffic.</summary>
    /// <param name="Merged">How many of the windows that the checks saw are in this one. More than one: only the sum was kept.</param>
    public sealed record Compared(TimeSpan At, SideCounts? Candidate, SideCounts? Baseline, int Merged = 1) : ObservedWindow(At)
    {
        /// <summary>How the requests were shared out; null where no weight says how they should be.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public SplitSeen? Split { get; init; }
    }

    /// <summary>What a metric source said of one check's sides.</summary>
    public sealed record Measured(TimeSpan At, MetricWindow Window) : ObservedWindow(At);

    /// <summary>What the checks knew until here could not be had back; from here on they knew nothing of it.</summary>
    public sealed record BegunAnew(TimeSpan At) : ObservedWindow(At);

    /// <summary>There was no room for more: what the checks saw from here on was not kept.</summary>
    public sealed record Cut(TimeSpan At) : ObservedWindow(At);

    /// <summary>Whether the checks saw exactly this, and not finer windows or more of them.</summary>
    [JsonIgnore]
    public bool IsExact => this is not (Cut or Compared { Merged: > 1 });
}
