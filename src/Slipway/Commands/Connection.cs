using System.Net.Http.Headers;
using Slipway.Api;

namespace Slipway.Commands;

/// <summary>The client with time limits: a server that does not answer must not hold a script up for ever.</summary>
internal static class Connection
{
    public static SlipwayClient Open(Uri server, string? token)
    {
        SocketsHttpHandler handler = new() { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(10) };
        HttpClient http = new(new AnswerLimit(handler)) { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        if (token is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new SlipwayClient(http);
    }

    /// <summary>An answer must begin within the limit; what streams may then go on, and what is uploaded may take as long as it takes.</summary>
    private sealed class AnswerLimit(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Content is StreamContent)
                return await base.SendAsync(request, cancellationToken);
            using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limited.CancelAfter(Limit);
            try
            {
                return await base.SendAsync(request, limited.Token);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw new HttpRequestException($"it did not answer within {Limit.TotalSeconds:0} s", new TimeoutException($"it did not answer within {Limit.TotalSeconds:0} s", e));
            }
        }
    }
}
