namespace Slipway.Demo;

/// <summary>This program, as others can start it again.</summary>
internal static class Self
{
    /// <summary>Program and arguments: the executable itself, or <c>dotnet slipway.dll</c> when it was started like that.</summary>
    public static IReadOnlyList<string> Command(params ReadOnlySpan<string> arguments)
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("the path of this program is not known");
        var hosted = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return [program, .. hosted ? [Path.Combine(AppContext.BaseDirectory, "slipway.dll")] : (string[])[], .. arguments];
    }
}
