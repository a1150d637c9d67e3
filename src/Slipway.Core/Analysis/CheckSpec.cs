using System.Text.Json.Serialization;

namespace Slipway.Core.Analysis;

/// <summary>What an environment compares between its candidate and the baseline. Defaults are those of <c>docs/analysis.md</c>.</summary>
[JsonDerivedType(typeof(Errors), "errors")]
[JsonDerivedType(typeof(Latency), "latency")]
[JsonDerivedType(typeof(Outage), "outage")]
public abstract record CheckSpec
{
    private CheckSpec()
    {
    }

    /// <summary>The name people use: <c>errors</c>, <c>latency</c>, <c>outage</c>.</summary>
    [JsonIgnore]
    public abstract string Name { get; }

    /// <summary>The candidate's error rate against the baseline's (server errors and missing answers).</summary>
    public sealed record Errors : CheckSpec
    {
        [JsonIgnore]
        public override string Name => "errors";

        /// <summary>Chance of ever rolling back a healthy candidate because of this check. Range (0, 0.5).</summary>
        public double Alpha { get; init; } = 0.006;

        /// <summary>Ratio of error rates that is still no defect (ρ0). At least 1.</summary>
        public double Tolerance { get; init; } = 1.1;

        /// <summary>Absolute difference of error rates that is still no defect (δ0). Range [0, 1).</summary>
        public double AbsoluteTolerance { get; init; }

        /// <summary>Chance of calling a candidate safe at a gate when it is worse than the gate's margin (β). Range (0, 0.5).</summary>
        public double Beta { get; init; } = 0.05;

        /// <summary>Share of requests that may fail by the service's objective (p_SLO); the gates' absolute margins are made from it.</summary>
        public double Objective { get; init; } = 0.01;
    }

    /// <summary>The candidate's latency distribution against the baseline's.</summary>
    public sealed record Latency : CheckSpec
    {
        [JsonIgnore]
        public override string Name => "latency";

        /// <summary>Chance of ever rolling back a healthy candidate because of this check. Range (0, 0.5).</summary>
        public double Alpha { get; init; } = 0.004;

        /// <summary>Relative slow-down that is still no defect: 0.05 is 5 %.</summary>
        public double Tolerance { get; init; } = 0.05;

        /// <summary>Absolute slow-down that is still no defect.</summary>
        public TimeSpan Floor { get; init; } = TimeSpan.FromMilliseconds(2);

        /// <summary>Candidate traffic of this long after its first request is not compared: a cold start is not a defect.</summary>
        public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(10);
    }

    /// <summary>The candidate gives no answers, or its instances keep exiting. Always on; this entry only changes its limits.</summary>
    public sealed record Outage : CheckSpec
    {
        [JsonIgnore]
        public override string Name => "outage";

        /// <summary>How long every request may go without any answer before that is an outage.</summary>
        public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(3);

        /// <summary>How many exits of a candidate instance are answered by a new start before they are a crash loop.</summary>
        public int Restarts { get; init; }
    }
}

/// <summary>What a check says. Never mixed up: no evidence is not success, and no measurement is neither.</summary>
public enum Verdict
{
    /// <summary>Not enough evidence yet.</summary>
    Inconclusive,

    /// <summary>Shown to be within the margin.</summary>
    Pass,

    /// <summary>Shown to be worse.</summary>
    Fail,

    /// <summary>Could not be measured.</summary>
    Error,
}
