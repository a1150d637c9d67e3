namespace Slipway.Core.Analysis.Judges;

/// <summary>
/// Brent's root search as in R's <c>zeroin</c>, each step alike: where a function has jumps, as a rank statistic has, another way to the root ends
/// at another number, and Kayenta's numbers are to be met.
/// </summary>
/// <remarks>R. P. Brent, <i>Algorithms for Minimization without Derivatives</i>, 1973, chapter 4.</remarks>
internal static class Brent
{
    private const double Epsilon = 2.220446049250313e-16;
    private const int Most = 1001;

    /// <param name="low">Where the search begins; the function has the other sign at <paramref name="high"/>.</param>
    /// <param name="accuracy">Absolute.</param>
    public static double Root(double low, double high, Func<double, double> function, double accuracy)
    {
        // b is the best so far, a the one before it, and the root lies between b and c.
        var (a, b, c) = (low, high, low);
        var (fa, fb) = (function(a), function(b));
        var fc = fa;
        if (fa == 0 || fb == 0)
        {
            return fa == 0 ? a : b;
        }

        for (var i = 0; i < Most; i++)
        {
            var before = b - a;
            if (Math.Abs(fc) < Math.Abs(fb))
            {
                (a, b, c) = (b, c, b);
                (fa, fb, fc) = (fb, fc, fb);
            }

            var enough = (2 * Epsilon * Math.Abs(b)) + (accuracy / 2);
            var step = (c - b) / 2;
            if (Math.Abs(step) <= enough || fb == 0)
            {
                return b;
            }

            if (Math.Abs(before) >= enough && Math.Abs(fa) > Math.Abs(fb))
            {
                step = Interpolated((a, b, c), (fa, fb, fc), before, enough, step);
            }

            if (Math.Abs(step) < enough)
            {
                step = step > 0 ? enough : -enough;
            }

            (a, fa) = (b, fb);
            b += step;
            fb = function(b);
            if ((fb > 0 && fc > 0) || (fb < 0 && fc < 0))
            {
                (c, fc) = (a, fa);
            }
        }

        return b;
    }

    // A secant or inverse quadratic step where it stays well inside the bracket and is worth more than halving; else the half.
    private static double Interpolated((double A, double B, double C) at, (double A, double B, double C) f, double before, double enough, double half)
    {
        var width = at.C - at.B;
        double p, q;
        if (at.A == at.C)
        {
            var t = f.B / f.A;
            (p, q) = (width * t, 1 - t);
        }
        else
        {
            var (r, s, t) = (f.A / f.C, f.B / f.C, f.B / f.A);
            p = t * ((width * r * (r - s)) - ((at.B - at.A) * (s - 1)));
            q = (r - 1) * (s - 1) * (t - 1);
        }

        (p, q) = p > 0 ? (p, -q) : (-p, q);
        return p < (0.75 * width * q) - (Math.Abs(enough * q) / 2) && p < Math.Abs(before * q / 2) ? p / q : half;
    }
}
