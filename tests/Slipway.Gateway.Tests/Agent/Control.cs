using System.Net.Http.Headers;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Slipway.Core;
using Slipway.Core.Traffic;

namespace Slipway.Gateway.Tests.Agent;

/// <summary>A server as a gateway sees it: holds a question for routes until there are newer ones, and takes reports unless it is told not to.</summary>
internal sealed class Control : IAsyncDisposable
{
    private readonly Channel<GatewayReport> _received = Channel.CreateUnbounded<GatewayReport>();
    private readonly Channel<string> _questions = Channel.CreateUnbounded<string>();
    private volatile TaskCompletionSource _changed = new();
    private RouteTable _table = RouteTable.Empty;
    private Backend? _backend;

    /// <summary>Waits for a question for routes newer than this version.</summary>
    public async Task AskedAsync(long after)
    {
        while (await _questions.Reader.ReadAsync() != FormattableString.Invariant($"?after={after}&wait=20"))
            continue;
    }

    /// <summary>What a report is answered with; it is kept whatever the answer, as by a server whose acknowledgement is lost.</summary>
    public int ReportStatus { get; set; } = 202;

    /// <summary>Answer to a question for routes in place of a table.</summary>
    public string? Nonsense { get; set; }

    public ChannelReader<GatewayReport> Received => _received.Reader;

    public Uri Address => new(_backend!.Address);

    public static async Task<Control> StartAsync()
    {
        var control = new Control();
        control._backend = await Backend.StartAsync(control.AnswerAsync);
        return control;
    }

    public void Offer(RouteTable table)
    {
        _table = table;
        Interlocked.Exchange(ref _changed, new()).SetResult();
    }

    public ValueTask DisposeAsync() => _backend!.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        Assert.Equal("Bearer secret", AuthenticationHeaderValue.Parse(context.Request.Headers.Authorization.ToString()).ToString());
        return context.Request.Path.Value switch
        {
            "/api/v1/gateways/edge-1/routes" => RoutesAsync(context),
            "/api/v1/gateways/edge-1/reports" => ReportAsync(context),
            _ => Task.FromException(new InvalidOperationException(context.Request.Path)),
        };
    }

    private async Task RoutesAsync(HttpContext context)
    {
        _questions.Writer.TryWrite(context.Request.QueryString.Value!);
        if (Nonsense is { } nonsense)
        {
            await context.Response.WriteAsync(nonsense);
            return;
        }

        var after = long.Parse(context.Request.Query["after"].ToString(), System.Globalization.CultureInfo.InvariantCulture);
        for (var changed = _changed; _table.Version == after || _table.Version == 0; changed = _changed)
            await changed.Task.WaitAsync(context.RequestAborted);
        await context.Response.WriteAsJsonAsync(_table, SlipwayJson.Options);
    }

    private async Task ReportAsync(HttpContext context)
    {
        var report = await context.Request.ReadFromJsonAsync<GatewayReport>(SlipwayJson.Options);
        context.Response.StatusCode = ReportStatus;
        _received.Writer.TryWrite(report!);
    }
}
