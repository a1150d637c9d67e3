namespace Slipway.Core.Analysis.Judges;

/// <summary>Labels one metric as Kayenta's <c>MannWhitneyClassifier</c> does, over the same steps.</summary>
internal static class KayentaClassifier
{
    public static KayentaResult Classify(KayentaMetric metric)
    {
        var (control, experiment) = (Cleaned(metric, metric.Control.AsSpan()), Cleaned(metric, metric.Experiment.AsSpan()));
        var (label, isCritical, comparison) = control.Length == 0 || experiment.Length == 0
            ? WithoutData(metric)
            : Compared(metric, control, experiment);
        return new(metric.Name, label, isCritical, metric.Groups, control.Length > 0 && experiment.Length > 0, metric.Muted, comparison);
    }

    private static double[] Cleaned(KayentaMetric metric, ReadOnlySpan<double> points)
    {
        List<double> kept = new(points.Length);
        foreach (var point in points)
        {
            if (!double.IsNaN(point))
            {
                kept.Add(point);
            }
            else if (metric.NaNStrategy is KayentaNaNStrategy.Replace)
            {
                kept.Add(0);
            }
        }

        return metric.RemoveOutliers && kept.Count > 0 ? Outliers.Removed(kept) : [.. kept];
    }

    private static (KayentaLabel Label, bool IsCritical, KayentaComparison? Comparison) WithoutData(KayentaMetric metric) => metric switch
    {
        { NaNStrategy: KayentaNaNStrategy.Replace } => (KayentaLabel.Pass, false, null),
        { MustHaveData: true, Critical: false } => (KayentaLabel.NodataFailMetric, false, null),
        _ => (KayentaLabel.Nodata, metric.Critical, null),
    };

    private static (KayentaLabel Label, bool IsCritical, KayentaComparison? Comparison) Compared(KayentaMetric metric, double[] control, double[] experiment)
    {
        if (control.Order().SequenceEqual(experiment.Order()) || control.Concat(experiment).Distinct().Count() == 1)
        {
            return (KayentaLabel.Pass, false, null);
        }

        if (Shift(control, experiment, metric.Confidence) is not { } shift)
        {
            return (KayentaLabel.Error, false, null);
        }

        var effect = EffectSize(metric.Effect.Measure, control, experiment);
        var label = Label(metric, shift, effect);
        return (label, metric.Critical && IsCritical(metric.Effect, label, effect), new(shift.Lower, shift.Upper, shift.Estimate, effect));
    }

    // Where each side has only one value Kayenta adds noise of 1e-5 of it, by chance, so that there is something to rank. As the noise vanishes all
    // three numbers become the difference: the same label, and the same every time.
    private static (double Lower, double Upper, double Estimate)? Shift(double[] control, double[] experiment, double confidence)
    {
        if (control.Concat(experiment).Any(point => !double.IsFinite(point)))
        {
            return null;
        }

        var difference = experiment[0] - control[0];
        return control.Distinct().Count() == 1 && experiment.Distinct().Count() == 1
            ? (difference, difference, difference)
            : MannWhitney.Interval(experiment, control, confidence);
    }

    private static KayentaLabel Label(KayentaMetric metric, (double Lower, double Upper, double Estimate) shift, double effect)
    {
        var bound = metric.Tolerance * Math.Abs(shift.Estimate);
        var no = NoChange(metric.Effect.Measure);
        return metric.Direction switch
        {
            not KayentaDirection.Decrease when shift.Lower > bound && Reaches(effect, metric.Effect.AllowedIncrease ?? no) => KayentaLabel.High,
            not KayentaDirection.Increase when shift.Upper < -bound && Falls(effect, metric.Effect.AllowedDecrease ?? no) => KayentaLabel.Low,
            _ => KayentaLabel.Pass,
        };
    }

    private static bool IsCritical(KayentaEffect limits, KayentaLabel label, double effect) => label switch
    {
        KayentaLabel.High => Reaches(effect, limits.CriticalIncrease ?? NoChange(limits.Measure)),
        KayentaLabel.Low => Falls(effect, limits.CriticalDecrease ?? NoChange(limits.Measure)),
        _ => false,
    };

    // An effect that cannot be said (a mean of 0) is not asked about.
    private static bool Reaches(double effect, double limit) => double.IsNaN(effect) || effect >= limit;

    private static bool Falls(double effect, double limit) => double.IsNaN(effect) || effect <= limit;

    private static double NoChange(KayentaMeasure measure) => measure is KayentaMeasure.Cles ? 0.5 : 1;

    internal static double EffectSize(KayentaMeasure measure, double[] control, double[] experiment)
    {
        if (measure is KayentaMeasure.Cles)
        {
            return MannWhitney.U(experiment, control) / ((double)control.Length * experiment.Length);
        }

        var (before, after) = (control.Average(), experiment.Average());
        return before == 0 || after == 0 ? double.NaN : after / before;
    }
}
