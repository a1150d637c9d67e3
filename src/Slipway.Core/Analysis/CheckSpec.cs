using System.Text.Json.Serialization;
using Slipway.Core.Projects;

namespace Slipway.Core.Analysis;

/// <summary>What an environment compares between its candidate and the baseline. Defaults are those of <c>docs/analysis.md</c>.</summary>
[JsonDerivedType(typeof(Errors), "errors")]
[JsonDerivedType(typeof(Latency), "latency")]
[JsonDerivedType(typeof(Outage), "outage")]
[JsonDerivedType(typeof(Count), "count")]
[JsonDerivedType(typeof(Gauge), "gauge")]
[JsonDerivedType(typeof(Limit), "limit")]
[JsonDerivedType(typeof(Split), "split")]
[JsonDerivedType(typeof(Signal), "signal")]
[JsonDerivedType(typeof(Threshold), "threshold")]
[JsonDerivedType(typeof(Judge), "judge")]
public abstract record CheckSpec
{
    private CheckSpec()
    {
    }

    /// <summary>What kind of check it is: <c>errors</c>, <c>latency</c>, <c>outage</c>.</summary>
    [JsonIgnore]
    public abstract string Kind { get; }

    /// <summary>The name that was written; null: its kind is its name.</summary>
    public string? As { get; init; }

    /// <summary>The name people use; unique in an environment.</summary>
    [JsonIgnore]
    public string Name => As ?? Kind;

    /// <summary>What is asked of a metric source; null: the gateways' own counts are looked at.</summary>
    public MetricQuery? From { get; init; }

    /// <summary>How often the source is asked. The gateways count every second, whatever this says.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>What follows when it fails; null: what the environment says.</summary>
    public OnFail? OnFail { get; init; }

    /// <summary>What follows while it has not enough evidence to say that an exposure is safe.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public OnInconclusive OnInconclusive { get; init; }

    /// <summary>What follows when it cannot be measured; null: <see cref="Analysis.OnError.Default"/>.</summary>
    public OnError? OnError { get; init; }

    /// <summary>It is shown and kept, and nothing else follows from it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool DryRun { get; init; }

    /// <summary>Nothing is compared before this time since the candidate was first watched.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public TimeSpan InitialDelay { get; init; }

    /// <summary>Candidate traffic of this long after its first is not compared: a cold start is not a defect.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public virtual TimeSpan WarmUp { get; init; }

    /// <summary>
    /// φ: how much more alike parts of the service differ than chance lets them; evidence is divided by it. At least 1. Null: measured
    /// on the baseline's shards of users, and 2 where nobody counts those.
    /// </summary>
    public double? Dispersion { get; init; }

    /// <summary>Whether it can show that an exposure is safe, or only that the candidate is worse.</summary>
    [JsonIgnore]
    public virtual bool CanPass => false;

    /// <summary>Whether it looks at the baseline too, or only at the candidate.</summary>
    [JsonIgnore]
    public virtual bool ComparesSides => true;

    /// <summary>Whether a rollout that waits until it is safe waits for this check.</summary>
    [JsonIgnore]
    public bool Gates => CanPass && !DryRun && OnInconclusive is not OnInconclusive.Continue;

    /// <summary>The candidate's error rate against the baseline's (server errors and missing answers).</summary>
    public sealed record Errors : CheckSpec
    {
        [JsonIgnore]
        public override string Kind => "errors";

        [JsonIgnore]
        public override bool CanPass => true;

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

        /// <summary>What is also compared by itself beside the whole. What a metric source keeps apart by another label belongs to <see cref="StrataChoice.All"/>.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public StrataChoice Strata { get; init; }

        /// <summary>What is counted; of a metric source always what it counts.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public CountedPer Per { get; init; }
    }

    /// <summary>The candidate's latency distribution against the baseline's.</summary>
    public sealed record Latency : CheckSpec
    {
        [JsonIgnore]
        public override string Kind => "latency";

        /// <summary>Chance of ever rolling back a healthy candidate because of this check. Range (0, 0.5).</summary>
        public double Alpha { get; init; } = 0.004;

        /// <summary>Relative slow-down that is still no defect: 0.05 is 5 %.</summary>
        public double Tolerance { get; init; } = 0.05;

        /// <summary>Absolute slow-down that is still no defect.</summary>
        public TimeSpan Floor { get; init; } = TimeSpan.FromMilliseconds(2);

        /// <summary>What is also compared by itself beside the whole; of a metric source nothing is.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public StrataChoice Strata { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
        public override TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(10);
    }

    /// <summary>The candidate gives no answers, or its instances keep exiting. Always on; this entry only changes its limits.</summary>
    public sealed record Outage : CheckSpec
    {
        [JsonIgnore]
        public override string Kind => "outage";

        /// <summary>How long every request may go without any answer before that is an outage.</summary>
        public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(3);

        /// <summary>How many exits of a candidate instance are answered by a new start before they are a crash loop.</summary>
        public int Restarts { get; init; }
    }

    /// <summary>How often something happens per unit of exposure (restarts an hour, queue time a job), from a metric source.</summary>
    public sealed record Count : CheckSpec
    {
        [JsonIgnore]
        public override string Kind => "count";

        [JsonIgnore]
        public override bool CanPass => true;

        /// <summary>Chance of ever stopping a healthy candidate because of this check. Range (0, 0.5).</summary>
        public double Alpha { get; init; } = 0.002;

        /// <summary>Ratio of rates that is still no defect (ρ0). At least 1.</summary>
        public double Tolerance { get; init; } = 1.1;

        /// <summary>Chance of calling a candidate safe at a gate when it is worse than the gate's ratio (β). Range (0, 0.5).</summary>
        public double Beta { get; init; } = 0.05;
    }

    /// <summary>One number of both sides (CPU, memory, queue length), compared block by block.</summary>
    public sealed record Gauge : CheckSpec
    {
        [JsonIgnore]
        public override string Kind => "gauge";

        /// <summary>Chance of ever stopping a healthy candidate because of this check. Range (0, 0.5).</summary>
        public double Alpha { get; init; } = 0.002;

        /// <summary>Relative difference that is still no defect: 0.1 is 10 %. At least 0.</summary>
        public double Tolerance { get; init; } = 0.1;

        /// <summary>Whether less is worse; else more is.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool LessIsWorse { get; init; }

        /// <summary>What is averaged before it is compared; shorter blocks depend on each other. At least 30 s.</summary>
        public TimeSpan Block { get; init; } = TimeSpan.FromSeconds(30);
    }

    /// <summary>The candidate alone, held against a number: both sides can break together.</summary>
    public sealed record Limit : CheckSpec
    {
        [JsonIgnore]
        public override string Kind => "limit";

        [JsonIgnore]
        public override bool CanPass => true;

        [JsonIgnore]
        public override bool ComparesSides => false;

        /// <summary>Largest share of requests that may fail, from 0 to 1; null: another number is looked at.</summary>
        public double? ErrorRate { get; init; }

        /// <summary>Which quantile of the latency is looked at, above 0 and below 1; null: another number.</summary>
        public double? Quantile { get; init; }

        /// <summary>The longest that quantile may be.</summary>
        public TimeSpan? Slowest { get; init; }

        /// <summary>Of a value: the smallest that is allowed.</summary>
        public double? Least { get; init; }

        /// <summary>Of a value: the largest that is allowed.</summary>
        public double? Most { get; init; }

        /// <summary>What is judged at once.</summary>
        public TimeSpan Over { get; init; } = TimeSpan.FromMinutes(1);

        /// <summary>Fewer requests (of a value: fewer measurements) are not judged, but wait for the next ones.</summary>
        public int Minimum { get; init; } = 100;
    }

    /// <summary>Whether the candidate gets the share of the requests that it should.</summary>
    public sealed record Split : CheckSpec
    {
        [JsonIgnore]
        public override string Kind => "split";

        /// <summary>Chance of ever stopping a rollout whose split is right. Range (0, 0.5).</summary>
        public double Alpha { get; init; } = 0.002;

        /// <summary>How many times more or less than its share is no fault: a few users may ask more often than others. Above 1.</summary>
        public double Tolerance { get; init; } = 1.5;
    }

    /// <summary>What something else says of the candidate: a command, an address, a person.</summary>
    public sealed record Signal : CheckSpec
    {
        [JsonIgnore]
        public override string Kind => "signal";

        [JsonIgnore]
        public override bool CanPass => true;

        [JsonIgnore]
        public override bool ComparesSides => false;
    }

    /// <summary>A value against fixed limits, counted as Argo Rollouts or Flagger count: for teams who move over.</summary>
    public sealed record Threshold : CheckSpec
    {
        [JsonIgnore]
        public override string Kind => "threshold";

        [JsonIgnore]
        public override bool CanPass => true;

        [JsonIgnore]
        public override bool ComparesSides => false;

        /// <summary>The smallest value that is a success; null: any.</summary>
        public double? Least { get; init; }

        /// <summary>The largest value that is a success; null: any.</summary>
        public double? Most { get; init; }

        /// <summary>Counts as Flagger does, with so many failed checks that are too many; null: as Argo does.</summary>
        public int? Flagger { get; init; }

        /// <summary>Argo: failed measurements that are borne.</summary>
        public int FailureLimit { get; init; }

        /// <summary>Argo: successes one after the other that are enough; 0: there is no such rule.</summary>
        public int SuccessLimit { get; init; }

        /// <summary>Argo: measurements after which it ends; null: never.</summary>
        public int? Measurements { get; init; }
    }

    /// <summary>A value of both sides, judged as Kayenta does: for teams who move over.</summary>
    public sealed record Judge : CheckSpec
    {
        [JsonIgnore]
        public override string Kind => "judge";

        [JsonIgnore]
        public override bool CanPass => true;

        /// <summary>Which difference is a defect.</summary>
        public Judges.KayentaDirection Direction { get; init; }

        /// <summary>Points of each side that are judged at once. At least 2; Spinnaker asks for 50.</summary>
        public int Points { get; init; } = 50;
    }
}
