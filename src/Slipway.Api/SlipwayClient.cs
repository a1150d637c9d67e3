using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Slipway.Api;

/// <summary>The API as a typed client; what the command line uses.</summary>
public sealed class SlipwayClient(HttpClient http) : IDisposable
{
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web);

    /// <summary>A client of a server, with its token.</summary>
    public static SlipwayClient Connect(Uri server, string? token)
    {
        HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        if (token is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new SlipwayClient(http);
    }

    public Task<StatusResponse> StatusAsync(CancellationToken ct) => GetAsync<StatusResponse>("api/v1/status", ct);

    public Task<IReadOnlyList<ProjectStatus>> ProjectsAsync(CancellationToken ct) => GetAsync<IReadOnlyList<ProjectStatus>>("api/v1/projects", ct);

    public Task<ProjectStatus> ProjectAsync(string project, CancellationToken ct) => GetAsync<ProjectStatus>($"api/v1/projects/{E(project)}", ct);

    public Task<EnvironmentStatus> EnvironmentAsync(string project, string environment, CancellationToken ct) =>
        GetAsync<EnvironmentStatus>(Environment(project, environment), ct);

    public Task<IReadOnlyList<ReleaseResponse>> ReleasesAsync(string project, CancellationToken ct) => GetAsync<IReadOnlyList<ReleaseResponse>>($"api/v1/projects/{E(project)}/releases", ct);

    public Task<ReleaseResponse> ReleaseAsync(string project, string version, CancellationToken ct) => GetAsync<ReleaseResponse>($"api/v1/projects/{E(project)}/releases/{E(version)}", ct);

    public Task<DeploymentStatus> DeploymentAsync(string id, CancellationToken ct) => GetAsync<DeploymentStatus>($"api/v1/deployments/{E(id)}", ct);

    public Task<ExplainResponse> ExplainAsync(string id, CancellationToken ct) => GetAsync<ExplainResponse>($"api/v1/deployments/{E(id)}/explain", ct);

    /// <param name="after">What the page before named as <see cref="WindowsResponse.Next"/>; 0: from the beginning.</param>
    public Task<WindowsResponse> WindowsAsync(string id, int after, CancellationToken ct) => GetAsync<WindowsResponse>($"api/v1/deployments/{E(id)}/windows?after={after}", ct);

    public Task<ExplainResponse> ExplainAsync(string project, string environment, CancellationToken ct) =>
        GetAsync<ExplainResponse>($"{Environment(project, environment)}/explain", ct);

    public Task<ApplyResponse> ApplyAsync(string yaml, string file, string by, bool dryRun, CancellationToken ct) =>
        SendAsync<ApplyResponse>(HttpMethod.Post, $"api/v1/apply?dryRun={(dryRun ? "true" : "false")}&file={E(file)}&by={E(by)}", new StringContent(yaml, Encoding.UTF8, "application/yaml"), ct);

    public Task<GovernanceResponse> GovernanceAsync(CancellationToken ct) => GetAsync<GovernanceResponse>("api/v1/governance", ct);

    public Task<FreezesResponse> SetFreezesAsync(string yaml, string by, bool dryRun, CancellationToken ct) =>
        SendAsync<FreezesResponse>(HttpMethod.Put, $"api/v1/governance/freezes?dryRun={(dryRun ? "true" : "false")}&by={E(by)}", new StringContent(yaml, Encoding.UTF8, "application/yaml"), ct);

    public Task<LineStopStatus> StopLineAsync(LineRequest request, CancellationToken ct) => PostAsync<LineStopStatus>("api/v1/governance/line/stop", request, ct);

    public Task<GovernanceResponse> ReleaseLineAsync(LineRequest request, CancellationToken ct) => PostAsync<GovernanceResponse>("api/v1/governance/line/release", request, ct);

    /// <param name="accept">Let it be; otherwise put it back.</param>
    public Task<ActionResponse> DriftAsync(string project, string environment, ActionRequest request, bool accept, CancellationToken ct) =>
        PostAsync<ActionResponse>($"{Environment(project, environment)}/drift/{(accept ? "accept" : "revert")}", request, ct);

    public Task<ArtifactResponse> UploadAsync(Stream archive, CancellationToken ct)
    {
        StreamContent content = new(archive);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return SendAsync<ArtifactResponse>(HttpMethod.Post, "api/v1/artifacts", content, ct);
    }

    public Task<ReleaseResponse> CreateReleaseAsync(string project, CreateReleaseRequest request, CancellationToken ct) =>
        PostAsync<ReleaseResponse>($"api/v1/projects/{E(project)}/releases", request, ct);

    /// <param name="dryRun">Only ask what would happen.</param>
    public Task<FlagResponse> FlagAsync(string project, string version, FlagRequest request, bool bad, CancellationToken ct, bool dryRun = false) =>
        PostAsync<FlagResponse>($"api/v1/projects/{E(project)}/releases/{E(version)}/actions/{(bad ? "flag" : "unflag")}{Dry(dryRun)}", request, ct);

    /// <summary>Gives a command to an environment; each has its own request.</summary>
    /// <param name="dryRun">Only ask what would happen.</param>
    public Task<ActionResponse> ActAsync<TRequest>(string project, string environment, string verb, TRequest request, CancellationToken ct, bool dryRun = false) where TRequest : notnull =>
        PostAsync<ActionResponse>($"{Environment(project, environment)}/actions/{verb}{Dry(dryRun)}", request, ct);

    /// <summary>Every command with what it would do now, if this person gave it.</summary>
    public Task<IReadOnlyList<ActionOption>> ActionsAsync(string project, string environment, string by, CancellationToken ct) =>
        GetAsync<IReadOnlyList<ActionOption>>($"{Environment(project, environment)}/actions?by={E(by)}", ct);

    /// <summary>Up to 500 events after a position.</summary>
    public Task<IReadOnlyList<EventResponse>> EventsAsync(long after, CancellationToken ct) => GetAsync<IReadOnlyList<EventResponse>>($"api/v1/events?after={after}", ct);

    /// <summary>What the server finds when it looks at itself.</summary>
    public Task<ChecksResponse> ChecksAsync(CancellationToken ct) => GetAsync<ChecksResponse>("api/v1/maintenance/checks", ct);

    /// <summary>Removes old events and artifacts that nobody needs.</summary>
    /// <param name="dryRun">Only ask what would go.</param>
    public Task<PruneResponse> PruneAsync(CancellationToken ct, bool dryRun = false) => PostAsync<PruneResponse>($"api/v1/maintenance/prune{Dry(dryRun)}", new { }, ct);

    /// <summary>Events after a position and those to come, until cancelled or the server goes away.</summary>
    public async IAsyncEnumerable<EventResponse> FollowAsync(long after, [EnumeratorCancellation] CancellationToken ct)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, $"api/v1/events/stream?after={after}");
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        await CheckAsync(response, ct);
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(ct))
            yield return JsonSerializer.Deserialize<EventResponse>(item.Data, Json)!;
    }

    /// <summary>Whether the server says that it is ready.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken ct)
    {
        try
        {
            using var response = await http.GetAsync("readyz", ct);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            return false;
        }
    }

    public void Dispose() => http.Dispose();

    private static string E(string part) => Uri.EscapeDataString(part);

    private static string Dry(bool dryRun) => dryRun ? "?dryRun=true" : "";

    private static string Environment(string project, string environment) => $"api/v1/projects/{E(project)}/environments/{E(environment)}";

    private Task<T> GetAsync<T>(string path, CancellationToken ct) => SendAsync<T>(HttpMethod.Get, path, null, ct);

    private Task<T> PostAsync<T>(string path, object request, CancellationToken ct) => SendAsync<T>(HttpMethod.Post, path, JsonContent.Create(request, request.GetType(), options: Json), ct);

    private async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? content, CancellationToken ct)
    {
        using HttpRequestMessage request = new(method, path) { Content = content };
        using var response = await http.SendAsync(request, ct);
        await CheckAsync(response, ct);
        return await response.Content.ReadFromJsonAsync<T>(Json, ct) ?? throw new SlipwayApiException(Odd(response, "an empty answer"));
    }

    private static async Task CheckAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.IsSuccessStatusCode)
            return;
        ProblemResponse? problem = null;
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
            problem = await response.Content.ReadFromJsonAsync<ProblemResponse>(Json, ct);
        throw new SlipwayApiException(problem ?? Odd(response, response.ReasonPhrase ?? "no reason given"));
    }

    private static ProblemResponse Odd(HttpResponseMessage response, string what) => new()
    {
        Title = "unexpected answer",
        Status = (int)response.StatusCode,
        Problems = [new ProblemItem("SLIP0401", response.RequestMessage?.RequestUri?.ToString() ?? "server", $"answered {(int)response.StatusCode}: {what}", "check that `--server` names a Slipway server of this version")],
    };
}

/// <summary>The server refused, with what is wrong and what to do.</summary>
public sealed class SlipwayApiException(ProblemResponse problem) : Exception(string.Join(System.Environment.NewLine, problem.Problems))
{
    public ProblemResponse Problem { get; } = problem;
}
