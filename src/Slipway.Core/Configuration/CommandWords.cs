using System.Collections.Immutable;
using System.Text;

namespace Slipway.Core.Configuration;

/// <summary>
/// Splits a command into words as a POSIX shell splits words and quotes, and does nothing else a shell does: no variables, no patterns,
/// no pipes. What looks like a wish for a shell is refused, because it would be handed to the program as an argument.
/// </summary>
public static class CommandWords
{
    private static readonly string[] Operators = ["|", "||", "&", "&&", ";", "<", ">", ">>", "2>", "2>&1"];

    /// <summary>The words, or in words for people why there are none.</summary>
    public static (ImmutableArray<string> Words, string? Why) Split(string text)
    {
        var words = ImmutableArray.CreateBuilder<string>();
        var word = new StringBuilder();
        var (started, quoted, quote) = (false, false, '\0');
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && quote != '\'' && i + 1 < text.Length && (quote == '\0' || text[i + 1] is '"' or '\\'))
            {
                word.Append(text[++i]);
                (started, quoted) = (true, true);
            }
            else if (quote == '\0' ? c is '"' or '\'' : c == quote)
            {
                quote = quote == '\0' ? c : '\0';
                (started, quoted) = (true, true);
            }
            else if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (Flush() is { } why)
                {
                    return ([], why);
                }
            }
            else
            {
                word.Append(c);
                started = true;
            }
        }

        if (quote != '\0')
        {
            return ([], $"the quote {quote} is never closed");
        }

        return Flush() is { } last ? ([], last) : (words.ToImmutable(), null);

        string? Flush()
        {
            var text = word.ToString();
            if (!quoted && Operators.Contains(text, StringComparer.Ordinal))
            {
                return $"{text} belongs to a shell, and no shell reads the command";
            }

            if (started)
            {
                words.Add(text);
            }

            word.Clear();
            (started, quoted) = (false, false);
            return null;
        }
    }
}
