using Slipway.Core.Analysis.Judges;

namespace Slipway.Bench.Detection;

/// <summary>One minute of both sides, as the peers see it.</summary>
internal readonly record struct Minute(double CandidateRequests, double CandidateErrors, double BaselineRequests, double BaselineErrors)
{
    /// <summary>Null: no requests, so no value.</summary>
    public double? CandidateRate => CandidateRequests > 0 ? CandidateErrors / CandidateRequests : null;
}

/// <summary>The peers' rules over an hour of minutes, without any delay of scrapes: better than they are. What comes out is the minute of the alarm, from 1.</summary>
internal static class Peers
{
    public const int Minutes = 60;

    /// <summary>Five failed checks of one minute each; a check fails above a limit on the error rate, or without a value.</summary>
    public static int? Flagger(ReadOnlySpan<Minute> hour, double limit)
    {
        FlaggerRule rule = new(5);
        FlaggerRange range = new(Max: limit);
        FlaggerState state = new();
        foreach (var minute in hour)
        {
            state = rule.Next(state, range.Holds(minute.CandidateRate));
            if (state.RolledBackAt is { } tick)
                return tick + 1;
        }

        return null;
    }

    /// <summary>A measurement a minute, none of which may fail; without a value it is an error.</summary>
    public static int? Argo(ReadOnlySpan<Minute> hour, double limit) => Argo(hour, limit, new ArgoRule(), 1);

    /// <summary>The configuration of Argo's documentation: at least 95 % successful, every five minutes, three may fail.</summary>
    public static int? ArgoOfTheDocs(ReadOnlySpan<Minute> hour) => Argo(hour, 0.05, new ArgoRule(FailureLimit: 3), 5);

    /// <summary>Kayenta's judge every five minutes over all points so far (percent of errors a minute), alarming at an effect of at least <paramref name="allowed"/>.</summary>
    public static int? Kayenta(ReadOnlySpan<Minute> hour, double allowed)
    {
        for (var minutes = 5; minutes <= hour.Length; minutes += 5)
            if (KayentaEffect(hour[..minutes], allowed) is not null)
                return minutes;
        return null;
    }

    /// <summary>The largest effect at which the judge says High in the hour; null: it never does.</summary>
    public static double? LargestKayentaEffect(ReadOnlySpan<Minute> hour)
    {
        double? largest = null;
        for (var minutes = 5; minutes <= hour.Length; minutes += 5)
            if (KayentaEffect(hour[..minutes], 1) is { } effect && !(effect < largest))
                largest = effect;
        return largest;
    }

    private static double? KayentaEffect(ReadOnlySpan<Minute> minutes, double allowed)
    {
        List<double> control = [], experiment = [];
        foreach (var minute in minutes)
        {
            experiment.Add(100 * (minute.CandidateRate ?? double.NaN));
            control.Add(100 * minute.BaselineErrors / minute.BaselineRequests);
        }

        var result = KayentaClassifier.Classify(new KayentaMetric
        {
            Name = "errors",
            Groups = ["errors"],
            Control = [.. control],
            Experiment = [.. experiment],
            Direction = KayentaDirection.Increase,
            Effect = new(AllowedIncrease: allowed),
        });
        return result.Label is KayentaLabel.High ? double.IsNaN(result.Comparison!.EffectSize) ? double.PositiveInfinity : result.Comparison.EffectSize : null;
    }

    private static int? Argo(ReadOnlySpan<Minute> hour, double limit, ArgoRule rule, int every)
    {
        ArgoState state = new();
        for (var i = 0; i + every <= hour.Length; i += every)
        {
            var (requests, errors) = (0.0, 0.0);
            foreach (var minute in hour.Slice(i, every))
                (requests, errors) = (requests + minute.CandidateRequests, errors + minute.CandidateErrors);
            var outcome = requests == 0 ? ArgoOutcome.Error : errors / requests <= limit ? ArgoOutcome.Successful : ArgoOutcome.Failed;
            state = rule.Next(state, outcome);
            if (state.Phase is ArgoPhase.Failed or ArgoPhase.Error)
                return i + every;
        }

        return null;
    }
}
