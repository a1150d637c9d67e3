namespace Slipway.Core.Analysis.Judges;

/// <summary>The gamma function's logarithm.</summary>
internal static class GammaFunction
{
    private static readonly double[] Stirling = [1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156, -3617.0 / 122400];

    /// <param name="x">Above 0.</param>
    /// <remarks>Stirling's series, which has 16 digits from 15 on; smaller arguments are moved there by Γ(x+1) = xΓ(x).</remarks>
    public static double Log(double x)
    {
        var moved = 1.0;
        for (; x < 15; x++)
        {
            moved *= x;
        }

        var (sum, power) = (0.0, 1 / x);
        foreach (var term in Stirling)
        {
            sum += term * power;
            power /= x * x;
        }

        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + sum - Math.Log(moved);
    }
}
