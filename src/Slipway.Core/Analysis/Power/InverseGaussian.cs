namespace Slipway.Core.Analysis.Power;

/// <summary>When a sum of many small steps first reaches a limit.</summary>
/// <param name="Limit">Above 0.</param>
/// <param name="Drift">Of the sum, a second. Above 0.</param>
/// <param name="Variance">Of the sum, a second. Above 0.</param>
/// <remarks>First passage of a Brownian motion with drift (Schrödinger 1915, Wald 1947).</remarks>
internal readonly record struct InverseGaussian(double Limit, double Drift, double Variance)
{
    /// <summary>Seconds within which it happens with this chance; null: not within the horizon.</summary>
    public double? Quantile(double chance)
    {
        var self = this;
        var horizon = Delay.Horizon.TotalSeconds;
        return Before(horizon) < chance ? null : LatencyPower.Root(t => self.Before(t) - chance, 1e-6, horizon);
    }

    private double Before(double t)
    {
        var spread = Math.Sqrt(Variance * t);
        return Normal(((Drift * t) - Limit) / spread) + Math.Exp((2 * Drift * Limit / Variance) + LogNormal(-((Drift * t) + Limit) / spread));
    }

    /// <summary>Chance that a standard normal number is below <paramref name="z"/>, to seven digits.</summary>
    public static double Normal(double z) => z > 0 ? 1 - Math.Exp(LogNormal(-z)) : Math.Exp(LogNormal(z));

    /// <summary>Its log, for <paramref name="z"/> up to 0: far below 0 the chance itself has no room in a double.</summary>
    /// <remarks>Chebyshev fit of erfc, W. H. Press et al., <em>Numerical Recipes</em>; fractional error below 1.2e-7.</remarks>
    private static double LogNormal(double z)
    {
        var x = -z / Math.Sqrt(2);
        var t = 1 / (1 + (0.5 * x));
        ReadOnlySpan<double> terms = [-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277];
        var sum = 0.0;
        for (var i = terms.Length - 1; i >= 0; i--)
            sum = (sum * t) + terms[i];
        return Math.Log(0.5 * t) - (x * x) + sum;
    }
}
