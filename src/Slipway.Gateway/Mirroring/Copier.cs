using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Slipway.Gateway.Counting;
using Slipway.Gateway.Forwarding;
using Slipway.Gateway.Routing;

namespace Slipway.Gateway.Mirroring;

/// <summary>
/// Sends copies of requests to candidates, and drops the answers. No user waits for a copy or sees anything of it: a copy is sent beside
/// the request, on a thread of its own, and goes on when the user has left. What a candidate does with copies counts as what it does.
/// </summary>
/// <param name="patience">How long a candidate may be silent before a copy counts as not answered: the same as for a user's request.</param>
internal sealed class Copier(RouteTableHolder routes, HttpMessageInvoker backends, TimeSpan patience, Surroundings around) : IAsyncDisposable
{
    /// <summary>
    /// So many copies are under way at once; a copy beyond that is not made, rather than made to wait. Enough for 2,500 copies a second
    /// that take 100 ms each, and little enough that a candidate that hangs holds only a few megabytes of the gateway.
    /// </summary>
    public const int MostUnderWay = 256;

    private const int Piece = 16 * 1024;

    private readonly SemaphoreSlim _free = new(MostUnderWay, MostUnderWay);
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Copies the request if it is its turn. Returns at once and never throws; to be called before the request is forwarded.</summary>
    /// <param name="router">By which the request was sent where it goes.</param>
    /// <param name="route">Index of the service's route that the path belongs to; below 0 where none are named.</param>
    public void Offer(HttpContext context, Mirror mirror, Router router, int route)
    {
        if (Copyable.Is(context) && mirror.TakesNext() && _free.CurrentCount > 0)
            _ = CopyAsync(context, mirror.Candidate, router, route);
    }

    /// <summary>Breaks off what is under way, and waits until it is. What is free is kept, so that nothing begins any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        for (var i = 0; i < MostUnderWay; i++)
            await _free.WaitAsync();
        _stopping.Dispose();
    }

    private async Task CopyAsync(HttpContext context, RoutedSide candidate, Router router, int route)
    {
        try
        {
            // The context is the user's request's own: what is wanted of it is taken before the first wait, which composing is not.
            var tee = Copyable.BodyOf(context) is > 0 and var length ? new BodyTee(context.Request.Body, length) : null;
            var endpoint = candidate.NextEndpoint();
            using var copy = await ComposeAsync(context, tee?.Kept, candidate, endpoint);
            if (tee is not null)
                context.Request.Body = tee;
            await (tee?.Whole ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            if (!_free.Wait(0))
                return;
            try
            {
                await CountAsync(copy, candidate, endpoint, router, route);
            }
            finally
            {
                _free.Release();
            }
        }
#pragma warning disable CA1031 // A copy that cannot be made says nothing about the candidate, and must not be felt by the user.
        catch (Exception)
#pragma warning restore CA1031
        {
            return;
        }
    }

    private async Task CountAsync(HttpRequestMessage copy, RoutedSide candidate, RoutedEndpoint endpoint, Router router, int route)
    {
        // As with a user's request: counted first, then looked whether the candidate is still to be asked, or its end might be overlooked.
        candidate.Meter.Enter();
        endpoint.Enter();
        if (!ReferenceEquals(router, routes.Router))
        {
            endpoint.Withdraw();
            candidate.Meter.Withdraw();
            return;
        }

        var began = around.Time.GetTimestamp();
        var (ending, status) = (Ending.Abandoned, 0);
        try
        {
            (ending, status) = await SendAsync(copy, began);
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException or OperationCanceledException)
        {
            ending = _stopping.IsCancellationRequested ? Ending.Abandoned : Ending.NoAnswer;
        }
        finally
        {
            var seconds = around.Time.GetElapsedTime(began).TotalSeconds;
            endpoint.Leave(ending, status, seconds);
            candidate.Leave(ending, status, seconds, user: null, route);
        }
    }

    private static async ValueTask<HttpRequestMessage> ComposeAsync(HttpContext context, byte[]? body, RoutedSide candidate, RoutedEndpoint endpoint)
    {
        var method = context.Request.Method;
        var copy = new HttpRequestMessage
        {
            Method = HttpMethods.IsGet(method) ? HttpMethod.Get : HttpMethods.IsHead(method) ? HttpMethod.Head : HttpMethod.Options,
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body is null ? null : new ByteArrayContent(body),
        };
        await candidate.Transformer.TransformRequestAsync(context, copy, endpoint.Address, CancellationToken.None);
        copy.Headers.TryAddWithoutValidation(MirrorHeader.Name, MirrorHeader.Value);
        copy.Headers.ExpectContinue = false;
        return copy;
    }

    /// <summary>Reads all of the answer. One that goes on for longer than the patience is a stream, which is left without a verdict.</summary>
    private async Task<(Ending Ending, int Status)> SendAsync(HttpRequestMessage copy, long began)
    {
        using var silence = new CancellationTokenSource(patience, around.Time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, _stopping.Token);
        using var answer = await backends.SendAsync(copy, over.Token);
        await using var body = await answer.Content.ReadAsStreamAsync(over.Token);
        var piece = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            while (await body.ReadAsync(piece, over.Token) > 0)
            {
                if (around.Time.GetElapsedTime(began) > patience)
                    return (Ending.Abandoned, 0);
                silence.CancelAfter(patience);
            }

            return (Ending.Answered, (int)answer.StatusCode);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
