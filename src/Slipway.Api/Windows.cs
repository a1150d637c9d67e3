using System.Text.Json;

namespace Slipway.Api;

/// <summary>What the checks of a deployment saw.</summary>
/// <param name="Windows">
/// In the order in which they saw it, each with its <c>$type</c> and <c>at</c>, the time since the deployment started: <c>learned</c> (the baseline's past), <c>compared</c> (both
/// sides since the window before; <c>merged</c> above 1: only the sum of so many is kept), <c>begun-anew</c> and <c>cut</c>. At most ten seconds old while it is under way.
/// </param>
/// <param name="Next">What to ask after for the next page; null: this was the last.</param>
public sealed record WindowsResponse(string Deployment, IReadOnlyList<JsonElement> Windows, int? Next);
