using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Commands;
using Slipway.Core;
using Slipway.Core.Analysis.Recording;
using Slipway.Core.Deployments;

namespace Slipway.Analysing;

/// <summary>A deployment's events and what its checks saw: from a server, or from a file that was saved from one.</summary>
internal sealed record RecordedDeployment(ImmutableArray<DeploymentEvent> Events, ImmutableArray<ObservedWindow> Windows)
{
    public static RecordedDeployment Read(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var recorded = JsonSerializer.Deserialize<RecordedDeployment>(stream, SlipwayJson.Options);
            return recorded is { Events.IsDefaultOrEmpty: false, Windows.IsDefault: false } && recorded.Events[0] is DeploymentEvent.Started ? recorded : throw NoRecord(file);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw NoRecord(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refusal.File(file, $"it cannot be read: {e.Message}", "name a file that is there and can be read");
        }
    }

    public static async Task<RecordedDeployment> FetchAsync(Session session, string id, CancellationToken cancellationToken)
    {
        var explained = await session.Client.ExplainAsync(id, cancellationToken);
        var windows = ImmutableArray.CreateBuilder<ObservedWindow>();
        for (int? after = 0; after is { } from;)
        {
            var page = await session.Client.WindowsAsync(id, from, cancellationToken);
            windows.AddRange(page.Windows.Select(w => w.Deserialize<ObservedWindow>(SlipwayJson.Options)!));
            after = page.Next;
        }

        return new RecordedDeployment([.. explained.History.Select(e => e.Data.Deserialize<DeploymentEvent>(SlipwayJson.Options)!)], windows.ToImmutable());
    }

    public void Save(string file)
    {
        try
        {
            File.WriteAllText(file, JsonSerializer.Serialize(this, SlipwayJson.Options));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refusal.File(file, $"it cannot be written: {e.Message}", "name a file in a directory that can be written");
        }
    }

    private static Refusal NoRecord(string file) => Refusal.File(file, "it holds no recorded deployment", "name a file that `slipway analysis backtest --save` wrote");
}
