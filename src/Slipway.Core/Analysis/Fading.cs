namespace Slipway.Core.Analysis;

/// <summary>Noise whose memory fades evenly with time (an AR(1) process): how much more of it longer blocks have.</summary>
/// <remarks>The variance of a block's sum over its length is proportional to 1 - (1 - exp(-L/τ))/(L/τ), for a memory of τ.</remarks>
internal static class Fading
{
    /// <summary>Memory beyond this many times the longer block cannot be told from one without end.</summary>
    private const double Longest = 4;

    /// <param name="growth">How many times as much noise, beyond chance, the longer of two block lengths has.</param>
    /// <param name="shorter">Of the two lengths.</param>
    /// <param name="longer">Of the two lengths.</param>
    /// <param name="next">A length beyond both.</param>
    /// <returns>How many times as much as the longer one has the next one will have; at least 1.</returns>
    public static double Growth(double growth, double shorter, double longer, double next)
    {
        // The longer the memory, the more two lengths differ.
        var (low, high) = (longer * 1e-3, longer * Longest);
        for (var i = 0; i < 40; i++)
        {
            var memory = Math.Sqrt(low * high);
            (low, high) = Noise(longer / memory) / Noise(shorter / memory) < growth ? (memory, high) : (low, memory);
        }

        return Noise(next / low) / Noise(longer / low);
    }

    private static double Noise(double length) => length < 1e-3 ? length / 2 : 1 - ((1 - Math.Exp(-length)) / length);
}
