using Slipway.Core.Analysis;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Metrics;

/// <summary>A request with its settings filled in.</summary>
/// <param name="Settings">With secrets. Never shown.</param>
internal sealed record Asked(MetricRequest Request, IReadOnlyDictionary<string, string> Settings, DateTimeOffset Now)
{
    public string? Text(string key) => Settings.GetValueOrDefault(key);

    public TimeSpan Duration(string key, TimeSpan otherwise) => Text(key) is { } text ? Durations.Parse(text) ?? otherwise : otherwise;

    /// <summary>Keys and values below a mapping.</summary>
    public IEnumerable<(string Key, string Text)> Below(string prefix) => Settings.Where(s => s.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(s => (s.Key[prefix.Length..], s.Value));
}

/// <summary>What every source does around its own asking: settings and secrets, whether a window can be answered yet, the time-out, and masked words.</summary>
/// <param name="delay">How long after its end a window can be answered, when the setting <c>delay</c> does not say.</param>
internal sealed class Measuring(SettingTable table, Func<string, string?> variable, TimeProvider time, TimeSpan delay)
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long after its end a window of the source can be answered.</summary>
    public TimeSpan Delay(MetricSourceSpec source) => source.Settings.TryGetValue("delay", out var text) ? Durations.Parse(text) ?? delay : delay;

    public async Task<Measurement> RunAsync(MetricRequest request, Func<Asked, CancellationToken, Task<Measurement>> measure, CancellationToken cancellationToken)
    {
        Secrets secrets = new(variable);
        var settings = request.Source.Settings.ToDictionary(s => s.Key, s => secrets.Fill(s.Value));
        if (Problem(request.Source, settings, secrets) is { } problem)
            return new Measurement.Failed(secrets.Mask(problem));
        Asked asked = new(request, settings, time.GetUtcNow());
        if (asked.Now < request.To + Delay(request.Source))
            return new Measurement.Nothing($"what belongs to the window is expected only {Durations.Words(Delay(request.Source))} after its end ('delay')");
        var timeout = asked.Duration("timeout", DefaultTimeout);
        using CancellationTokenSource limit = new(timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await measure(asked, both.Token) switch
            {
                Measurement.Nothing nothing => new Measurement.Nothing(secrets.Mask(nothing.Why)),
                Measurement.Failed failed => new Measurement.Failed(secrets.Mask(failed.Why)),
                Measurement.Judged judged => judged with { Said = secrets.Mask(judged.Said) },
                var measured => measured,
            };
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new Measurement.Failed($"no answer within {Durations.Words(timeout)}; give the source a longer 'timeout', or ask for something cheaper");
        }
    }

    private string? Problem(MetricSourceSpec source, Dictionary<string, string> filled, Secrets secrets) =>
        table.Refuses(source)
        ?? (secrets.Missing.Count > 0 ? $"the server has no variable {string.Join(", ", secrets.Missing)}, which the source refers to; start the server with it" : null)
        ?? filled.Select(s => table.Refuses(s.Key, s.Value) ?? (IsBroken(s.Key, s.Value) ? $"'{s.Key}' has a line break in it, or another character that cannot be sent; look at the variable that it refers to" : null)).FirstOrDefault(wrong => wrong is not null);

    private static bool IsBroken(string key, string text) => key != "body" && text.Any(char.IsControl);
}
