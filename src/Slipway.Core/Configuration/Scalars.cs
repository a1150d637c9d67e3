using System.Globalization;
using System.Net;
using Slipway.Core.Traffic;

namespace Slipway.Core.Configuration;

/// <summary>Plain values told what they should be. Each returns null, and tells, when they are not.</summary>
internal static class Scalars
{
    private static readonly (string Name, long Milliseconds)[] Units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

    /// <summary><c>90s</c>, <c>10m</c>, <c>1h30m</c>, <c>2d</c>, <c>500ms</c>: whole numbers with units from large to small.</summary>
    public static TimeSpan? Duration(this Value value)
    {
        if (value.Text("a duration such as 10m") is not { } text)
        {
            return null;
        }

        if (Milliseconds(text) is not { } milliseconds)
        {
            value.Report(ProblemCode.BadValue, $"{value.Shown} is no duration", "write whole numbers with units d, h, m, s or ms, such as 90s or 1h30m");
            return null;
        }

        if (milliseconds > Limits.Duration.TotalMilliseconds)
        {
            value.Report(ProblemCode.OutOfRange, $"{value.Shown} is longer than a year", "write 365d or less");
            return null;
        }

        return TimeSpan.FromMilliseconds(milliseconds);
    }

    /// <summary>A duration above zero.</summary>
    public static TimeSpan? PositiveDuration(this Value value)
    {
        if (value.Duration() is not { } duration)
        {
            return null;
        }

        if (duration > TimeSpan.Zero)
        {
            return duration;
        }

        value.Report(ProblemCode.OutOfRange, $"{value.Shown} is no time at all", "write a duration above zero, or leave the key out");
        return null;
    }

    /// <summary>A share of users: <c>1%</c>, <c>0.5%</c>; a bare number is a percentage too.</summary>
    public static Weight? Percent(this Value value)
    {
        if (value.Text("a percentage such as 5%") is not { } text)
        {
            return null;
        }

        if (Number(text.EndsWith('%') ? text[..^1].TrimEnd() : text) is not { } percent)
        {
            value.Report(ProblemCode.BadValue, $"{value.Shown} is no percentage", "write a number such as 5% or 0.5%");
            return null;
        }

        if (percent is < 0 or > 100)
        {
            value.Report(ProblemCode.OutOfRange, $"{value.Shown} is outside 0 % to 100 %", "write a percentage from 0% to 100%");
            return null;
        }

        if (Weight.FromPercent(percent) is not { } weight)
        {
            value.Report(ProblemCode.OutOfRange, $"{value.Shown} is finer than 0.001 %", "write at most three digits after the point");
            return null;
        }

        return weight;
    }

    /// <summary>A number, or the same as a percentage: <c>0.05</c> and <c>5%</c> are one.</summary>
    public static double? Fraction(this Value value, Func<double, bool> inRange, string range)
    {
        if (value.Text("a number such as 0.05") is not { } text)
        {
            return null;
        }

        var number = text.EndsWith('%') ? Number(text[..^1].TrimEnd()) / 100 : Number(text);
        if (number is null)
        {
            value.Report(ProblemCode.BadValue, $"{value.Shown} is no number", "write a number such as 0.05 or 5%");
            return null;
        }

        if (!inRange((double)number))
        {
            value.Report(ProblemCode.OutOfRange, $"{value.Shown} is out of range", $"write a number {range}");
            return null;
        }

        return (double)number;
    }

    /// <summary>A whole number of things.</summary>
    public static int? Count(this Value value, int least, int most)
    {
        if (value.Text($"a whole number such as {least}") is not { } text)
        {
            return null;
        }

        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            value.Report(ProblemCode.BadValue, $"{value.Shown} is no whole number", $"write a number from {least} to {most}");
            return null;
        }

        if (number < least || number > most)
        {
            value.Report(ProblemCode.OutOfRange, $"{value.Shown} is out of range", $"write a number from {least} to {most}");
            return null;
        }

        return number;
    }

    /// <summary>One of a few words.</summary>
    public static T? Word<T>(this Value value, params (string Word, T Meaning)[] words) where T : struct
    {
        if (value.Text(string.Join(" or ", words.Select(w => w.Word))) is not { } text)
        {
            return null;
        }

        foreach (var (word, meaning) in words)
        {
            if (word == text)
            {
                return meaning;
            }
        }

        value.Report(ProblemCode.UnknownWord, $"{value.Shown} cannot stand here", Nearest.Advice(text, words.Select(w => w.Word)));
        return null;
    }

    /// <summary>A project's or environment's name.</summary>
    public static string? Name(this Value value)
    {
        if (value.Text("a name such as production") is not { } text)
        {
            return null;
        }

        if (IsName(text))
        {
            return text;
        }

        value.Report(ProblemCode.BadName, $"{value.Shown} is no name", NameRemedy);
        return null;
    }

    /// <summary>A host name without scheme or port, in lower case.</summary>
    public static string? Host(this Value value)
    {
        if (value.Text("a host name such as shop.example") is not { } text)
        {
            return null;
        }

        if (text.Length <= 253 && text.Split('.').All(IsLabel))
        {
            return text.ToLowerInvariant();
        }

        value.Report(ProblemCode.BadHost, $"{value.Shown} is no host name", "write it without scheme, port or path, such as shop.example");
        return null;
    }

    /// <summary>A network such as <c>10.0.0.0/8</c>.</summary>
    public static string? Network(this Value value)
    {
        if (value.Text("a network such as 10.0.0.0/8") is not { } text)
        {
            return null;
        }

        // TryParse takes 10.1.2.3/8 too, which is more often a slip than a wish for 10.0.0.0/8.
        if (text.Split('/') is [var first, _] && IPNetwork.TryParse(text, out var network) && network.BaseAddress.Equals(IPAddress.Parse(first)))
        {
            return text;
        }

        value.Report(ProblemCode.BadNetwork, $"{value.Shown} is no network", "write its first address and its length, such as 10.0.0.0/8, 192.0.2.7/32 or fd00::/8");
        return null;
    }

    /// <summary>Text on one line that is not empty.</summary>
    public static string? Line(this Value value, string example)
    {
        if (value.Text(example) is not { } text)
        {
            return null;
        }

        if (IsLine(text))
        {
            return text;
        }

        value.Report(ProblemCode.BadValue, $"{value.Shown} is empty, longer than 4,096 characters or has control characters", $"write {example}");
        return null;
    }

    /// <summary>The name of a header or cookie: an HTTP token.</summary>
    public static string? Token(this Value value, string example)
    {
        if (value.Text(example) is not { } text)
        {
            return null;
        }

        if (IsToken(text))
        {
            return text;
        }

        value.Report(ProblemCode.BadName, $"{value.Shown} is no name of a header or cookie", $"use letters, digits and dashes, such as {example}");
        return null;
    }

    public const string NameRemedy = "use 1 to 63 lower-case letters, digits and dashes, with no dash at either end";

    public static bool IsName(string text) =>
        text.Length is >= 1 and <= 63 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') && text[0] != '-' && text[^1] != '-';

    public static bool IsLine(string text) => text.Length is > 0 and <= 4096 && !text.Any(char.IsControl);

    public static bool IsToken(string text) =>
        text.Length is >= 1 and <= 256 && text.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));

    private static bool IsLabel(string label) =>
        label.Length is >= 1 and <= 63 && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && label[0] != '-' && label[^1] != '-';

    private static decimal? Number(string text) =>
        text.Length <= 20 && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static long? Milliseconds(string text)
    {
        var total = 0L;
        var unit = -1;
        for (var i = 0; i < text.Length;)
        {
            var digits = text.AsSpan(i);
            digits = digits[..(digits.IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? end : 0)];
            var letters = text.AsSpan(i + digits.Length);
            letters = letters[..(letters.IndexOfAnyExceptInRange('a', 'z') is var last and >= 0 ? last : letters.Length)];
            var name = letters.ToString();
            var next = Array.FindIndex(Units, u => u.Name == name);
            if (digits.Length is 0 or > 9 || next <= unit)
            {
                return null;
            }

            total += int.Parse(digits, CultureInfo.InvariantCulture) * Units[next].Milliseconds;
            unit = next;
            i += digits.Length + letters.Length;
        }

        return unit < 0 ? null : total;
    }
}
