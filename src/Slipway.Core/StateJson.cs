using System.Text.Json;

namespace Slipway.Core;

/// <summary>
/// States (what events fold to) as JSON, for snapshots. Only what a fold sets is written; what follows from it is worked out again. A state
/// that is read back folds on, plans and tells as the one that was written.
/// </summary>
public static class StateJson
{
    /// <summary>
    /// The form in which states are written. A later Slipway that folds the same events to something else writes a higher one, and goes on
    /// reading the lower ones where the events are gone.
    /// </summary>
    public const int Format = 1;

    private static readonly JsonSerializerOptions Options = Make();

    public static string Write<TState>(TState state) where TState : class => JsonSerializer.Serialize(state, Options);

    /// <exception cref="JsonException">It is none.</exception>
    public static TState Read<TState>(string json) where TState : class => JsonSerializer.Deserialize<TState>(json, Options) ?? throw new JsonException("the state is empty");

    private static JsonSerializerOptions Make()
    {
        JsonSerializerOptions options = new(SlipwayJson.Options) { IgnoreReadOnlyProperties = true, IncludeFields = true };
        options.MakeReadOnly();
        return options;
    }
}
