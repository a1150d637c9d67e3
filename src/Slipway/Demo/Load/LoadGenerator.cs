using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Slipway.Demo.Load;

/// <summary>
/// Open-loop load: requests are sent when they are due, whether or not earlier ones were answered, because users do not wait for each
/// other. A closed loop would slow down with a slow version and hide how slow it is.
/// </summary>
public sealed class LoadGenerator : IDisposable
{
    private const int Burst = 200;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(4);

    private readonly LoadOptions options;
    private readonly TrafficLedger ledger;
    private readonly TimeProvider time;
    private readonly HttpMessageInvoker client;
    private readonly FreeUsers users;
    private long sent;
    private long skipped;
    private int inFlight;

    public LoadGenerator(LoadOptions options, TrafficLedger ledger, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.RequestsPerSecond);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Users, 1);
        (this.options, this.ledger, this.time) = (options, ledger, time);
        users = new FreeUsers(options.Users);
        client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseCookies = false,
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
        });
    }

    /// <summary>Requests sent so far.</summary>
    public long Sent => Interlocked.Read(ref sent);

    /// <summary>Arrivals that found every user still waiting and were not sent. Anything but 0 means that there are too few users for the rate.</summary>
    public long Skipped => Interlocked.Read(ref skipped);

    /// <summary>Requests that wait for their answer.</summary>
    public int InFlight => Volatile.Read(ref inFlight);

    /// <summary>Sends until the time or the number is used up or it is cancelled, then waits for the answers that are still due.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var random = new Random(options.Seed);
        var arrivals = new Arrivals(new Random(options.Seed + 1), options.RequestsPerSecond);
        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var timer = new PeriodicTimer(Tick, time);
        var start = time.GetTimestamp();
        Interlocked.Increment(ref inFlight); // The loop itself: the last answer cannot end the run while it still sends.
        try
        {
            do
            {
                var due = arrivals.TakeDue(time.GetElapsedTime(start), Burst);
                for (var i = 0; i < due && Sent < options.MaxRequests; i++)
                {
                    SendOne(random, drained, cancellationToken);
                }
            }
            while (time.GetElapsedTime(start) < options.Duration && Sent < options.MaxRequests && await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to stop: what was sent is still awaited below, so that nothing is left behind.
        }

        Release(drained);
        await drained.Task;
    }

    public void Dispose() => client.Dispose();

    private void SendOne(Random random, TaskCompletionSource drained, CancellationToken cancellationToken)
    {
        if (users.Take(random) is not { } user)
        {
            Interlocked.Increment(ref skipped);
            return;
        }

        Interlocked.Increment(ref sent);
        Interlocked.Increment(ref inFlight);
        _ = AskAsync(user, Routes.Draw(random), drained, cancellationToken);
    }

    /// <summary>Awaited through the count of requests in flight; a bug in it fails the run.</summary>
    private async Task AskAsync(int user, (HttpMethod Method, string Path) route, TaskCompletionSource drained, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var seen = new Answer(user, IsEmployee(user), null, null, null, false, default, default);
        try
        {
            using var deadline = new CancellationTokenSource(options.Timeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            using var request = Request(user, route);
            using var response = await client.SendAsync(request, either.Token);
            seen = WithHeaders(seen, response);
            await response.Content.CopyToAsync(Stream.Null, either.Token);
            Record(seen with { Status = (int)response.StatusCode }, start);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The run was stopped, the server did not fail: nothing is recorded.
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException or OperationCanceledException)
        {
            Record(seen, start);
        }
        catch (Exception bug) when (drained.TrySetException(bug))
        {
            // RunAsync throws it.
        }
        finally
        {
            users.Return(user);
            Release(drained);
        }
    }

    private void Record(Answer seen, long start) => ledger.Record(seen with { At = time.GetUtcNow(), Took = time.GetElapsedTime(start) });

    private void Release(TaskCompletionSource drained)
    {
        if (Interlocked.Decrement(ref inFlight) == 0)
        {
            drained.TrySetResult();
        }
    }

    private HttpRequestMessage Request(int user, (HttpMethod Method, string Path) route)
    {
        var request = new HttpRequestMessage(route.Method, new Uri(options.Target, route.Path)) { Version = HttpVersion.Version11 };
        request.Headers.Host = options.Host;
        request.Headers.TryAddWithoutValidation("Cookie", string.Create(CultureInfo.InvariantCulture, $"uid=user-{user:00000}"));
        if (IsEmployee(user))
        {
            request.Headers.TryAddWithoutValidation("x-employee", "true");
        }

        return request;
    }

    private static Answer WithHeaders(Answer seen, HttpResponseMessage response)
    {
        var (shop, gateway) = (Header(response, "x-shop-version"), Header(response, "x-slipway-version"));
        var (shopPlace, gatewayPlace) = (Header(response, "x-shop-environment"), Header(response, "x-slipway-environment"));
        return seen with
        {
            Version = shop ?? gateway,
            Environment = gatewayPlace ?? shopPlace,
            Disagreement = Differ(shop, gateway) || Differ(shopPlace, gatewayPlace),
        };
    }

    private bool IsEmployee(int user) => user < options.Users * options.EmployeeShare;

    private static bool Differ(string? a, string? b) => a is not null && b is not null && a != b;

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) && values.FirstOrDefault() is { Length: > 0 and <= 128 } value ? value : null;
}
