namespace Slipway;

/// <summary>Everything outside that a command may use: streams, the terminal, variables, the clock.</summary>
internal sealed record CliContext
{
    /// <summary>Columns of text that goes to a file or a pipe.</summary>
    public const int PlainWidth = 100;

    /// <summary>For data.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>For people.</summary>
    public required TextWriter Error { get; init; }

    public required TextReader In { get; init; }

    public bool OutIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    /// <summary>Columns and rows of the terminal at this moment; it may be resized at any time.</summary>
    public Func<(int Width, int Height)> Size { get; init; } = () => (PlainWidth, 30);

    public Func<string, string?> Variable { get; init; } = _ => null;

    public required string User { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public bool Colour => Variable("NO_COLOR") is not { Length: > 0 } && Variable("TERM") != "dumb";

    public static CliContext OfProcess() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        In = Console.In,
        OutIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        Size = WindowSize,
        Variable = Environment.GetEnvironmentVariable,
        User = Environment.UserName,
    };

    private static (int Width, int Height) WindowSize()
    {
        try
        {
            return Console.WindowWidth > 0 ? (Console.WindowWidth, Console.WindowHeight) : (PlainWidth, 30);
        }
        catch (IOException)
        {
            return (PlainWidth, 30);
        }
    }
}
