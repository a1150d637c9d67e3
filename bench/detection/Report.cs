namespace Slipway.Bench.Detection;

/// <summary>Errors of one level, weight and fault. Ratios are to the bound of the point null, but the default's, which is to that of its own.</summary>
internal sealed record ErrorRow(
    string Level, double Weight, string Fault, double Bound, double DefaultBound, Summary? Plain, Summary? Default, Summary? Flagger, Summary? Argo, Summary? Kayenta);

internal sealed record LatencyRow(double Weight, string Fault, double Bound, Summary Plain, Summary Default);

/// <summary>Healthy hours that alarmed, independent requests.</summary>
internal sealed record HealthyRow(
    string Level, double Weight, Share Plain, Share Default, Share FlaggerDocs, Share Flagger, Share Argo, Share Kayenta, double? FlaggerLimit, double? ArgoLimit, double? KayentaLimit);

internal sealed record NoiseRow(string Noise, Share Plain, Share Default, Share? Flagger, Share? Argo, Share? Kayenta, double Phi, Share? Product = null);

/// <summary>A fault that begins after half an hour, at 10 %: mean seconds until it is found, and the share of runs that find it within two hours.</summary>
internal sealed record LateRow(string Fault, double Seconds, Share Found, double StaticSeconds, Share StaticFound);

internal sealed record PromotionRow(string Level, Share Slipway, double SlipwaySeconds, double SlipwaySecondsError, Share Flagger, double FlaggerSeconds);

/// <summary>One number that is to be reached.</summary>
/// <param name="Error">Standard error.</param>
internal sealed record Goal(string What, string Limit, double Measured, double Error, bool Passes);

internal sealed record Report(
    ulong Seed,
    IReadOnlyList<ErrorRow> Errors,
    IReadOnlyList<LatencyRow> Latencies,
    IReadOnlyList<HealthyRow> Healthy,
    IReadOnlyList<NoiseRow> Noise,
    IReadOnlyList<PromotionRow> Promotions,
    IReadOnlyList<LateRow> Late)
{
    public IReadOnlyList<Goal> Goals => [.. ErrorGoals(), .. LatencyGoals(), .. AlarmGoals(), .. PromotionGoals()];

    private IEnumerable<Goal> ErrorGoals() =>
        from row in Errors
        where row.Fault.StartsWith('x')
        group row by (row.Fault, row.Level) into cells
        let far = cells.Key.Fault == "x20"
        from watch in new[] { (Name: "rho0=1", Limit: far ? 2.0 : 1.75, Of: (Func<ErrorRow, Summary?>)(r => r.Plain)), ("default", far ? 2.3 : 1.9, r => r.Default) }
        let mean = Summary.Mean(cells.Select(watch.Of))
        where mean.Cells > 0
        select AtMost($"errors {cells.Key.Fault}, {cells.Key.Level}, {watch.Name}", watch.Limit, mean.Ratio, mean.Error);

    private IEnumerable<Goal> LatencyGoals() =>
        from row in Latencies
        where row.Fault != "stall 1 %"
        group row by row.Fault into cells
        let mean = Summary.Mean(cells.Select(c => c.Plain))
        where mean.Cells > 0
        select AtMost($"latency {cells.Key}", 2.0, mean.Ratio, mean.Error);

    private IEnumerable<Goal> AlarmGoals() =>
    [
        Worst("rho0=1", h => h.Plain),
        Worst("default", h => h.Default),
        .. Noise.Select(n => AtMost($"false alarms, {n.Noise}, default", Allowed(n), n.Default)),
        .. Noise.Where(n => n.Product is not null).Select(n => AtMost($"false alarms, {n.Noise}, errors and latency as a deployment has them", Allowed(n), n.Product!.Value)),
    ];

    private static double Allowed(NoiseRow row) => row.Noise.StartsWith("independent", StringComparison.Ordinal) ? 0.01 : 0.025;

    private Goal Worst(string watch, Func<HealthyRow, Share> of)
    {
        var row = Healthy.MaxBy(h => of(h).Value)!;
        return AtMost($"false alarms an hour, {watch}, worst of {Healthy.Count} (here {row.Level} {row.Weight:P0})", 0.01, of(row));
    }

    private IEnumerable<Goal> PromotionGoals() =>
        Promotions.Select(p => new Goal($"healthy promotion, {p.Level}, seconds", $"<= {p.FlaggerSeconds:0} (Flagger)", p.SlipwaySeconds, p.SlipwaySecondsError, p.SlipwaySeconds <= p.FlaggerSeconds));

    private static Goal AtMost(string what, double limit, double measured, double error) => new(what, $"<= {limit:0.0#}", measured, error, measured <= limit);

    private static Goal AtMost(string what, double limit, Share share) => new(what, $"<= {limit:0.0%}", share.Value, share.Error, share.Value <= limit);
}
