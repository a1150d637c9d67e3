namespace Slipway.Core.Analysis.Judges;

/// <summary>The standard normal distribution, to about 15 digits.</summary>
internal static class NormalDistribution
{
    private static readonly double[] CentreTop =
        [3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125, 45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727];

    private static readonly double[] CentreBottom =
        [1, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077, 21213.794301586595867, 39307.895800092710610, 28729.085735721942674, 5226.4952788528545610];

    private static readonly double[] MiddleTop =
        [1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504, 1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833, 7.74545014278341407640e-4];

    private static readonly double[] MiddleBottom =
        [1, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550, 0.148103976427480074590, 0.0151986665636164571966, 5.47593808499534494600e-4, 1.05075007164441684324e-9];

    private static readonly double[] TailTop =
        [6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 0.296560571828504891230, 0.0265321895265761230930, 0.00124266094738807843860, 2.71155556874348757815e-5, 2.01033439929228813265e-7];

    private static readonly double[] TailBottom =
        [1, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525, 7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15];

    /// <summary>The value below which a share from 0 to 1 lies.</summary>
    /// <remarks>M. J. Wichura, algorithm AS 241, Applied Statistics 37 (1988).</remarks>
    public static double Quantile(double share)
    {
        var q = share - 0.5;
        if (Math.Abs(q) <= 0.425)
        {
            var centre = 0.180625 - (q * q);
            return q * Polynomial(CentreTop, centre) / Polynomial(CentreBottom, centre);
        }

        var r = Math.Sqrt(-Math.Log(Math.Min(share, 1 - share)));
        var value = r <= 5 ? Polynomial(MiddleTop, r - 1.6) / Polynomial(MiddleBottom, r - 1.6) : Polynomial(TailTop, r - 5) / Polynomial(TailBottom, r - 5);
        return q < 0 ? -value : value;
    }

    /// <summary>The share above a value.</summary>
    public static double Above(double value)
    {
        if (value < 0)
        {
            return 1 - Above(-value);
        }

        return value < 3 ? 0.5 - Between(value) : Density(value) * MillsRatio(value);
    }

    private static double Density(double value) => Math.Exp(-value * value / 2) / Math.Sqrt(2 * Math.PI);

    // From 0 to the value: a series of positive terms, so that nothing cancels.
    private static double Between(double value)
    {
        var (term, sum) = (value, value);
        for (var k = 3; term > sum * 1e-17; k += 2)
        {
            term *= value * value / k;
            sum += term;
        }

        return sum * Density(value);
    }

    // Laplace's continued fraction, from its far end.
    private static double MillsRatio(double value)
    {
        var fraction = value;
        for (var k = 120; k >= 1; k--)
        {
            fraction = value + (k / fraction);
        }

        return 1 / fraction;
    }

    private static double Polynomial(double[] coefficients, double at)
    {
        var sum = 0.0;
        for (var i = coefficients.Length - 1; i >= 0; i--)
        {
            sum = (sum * at) + coefficients[i];
        }

        return sum;
    }
}
