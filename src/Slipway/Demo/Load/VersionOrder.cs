namespace Slipway.Demo.Load;

/// <summary>Which of two versions is older, by the numbers in them: <c>1.9.0</c> before <c>1.10.0</c>, <c>2026.11.23-1</c> before <c>2026.11.23-1-rc2</c>.</summary>
internal static class VersionOrder
{
    public static bool IsOlder(string version, string than)
    {
        var (a, b) = (Numbers(version), Numbers(than));
        var differs = a.Zip(b).FirstOrDefault(pair => pair.First != pair.Second);
        return differs != default ? differs.First < differs.Second : a.Length < b.Length;
    }

    private static ulong[] Numbers(string version)
    {
        var digits = version.Select(c => char.IsAsciiDigit(c) ? c : ' ').ToArray();
        return [.. new string(digits).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => ulong.TryParse(n, out var number) ? number : ulong.MaxValue)];
    }
}
