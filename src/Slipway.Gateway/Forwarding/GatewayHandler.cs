using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Slipway.Gateway.Counting;
using Slipway.Gateway.Mirroring;
using Slipway.Gateway.Routing;
using Yarp.ReverseProxy.Forwarder;

namespace Slipway.Gateway.Forwarding;

/// <summary>One request: choose, count, copy if it is to be, forward, count.</summary>
internal sealed class GatewayHandler(
    RouteTableHolder routes, IHttpForwarder forwarder, HttpMessageInvoker backends, Copier copier, ForwarderRequestConfig config, Surroundings around)
{
    public Task HandleAsync(HttpContext context)
    {
        var began = around.Time.GetTimestamp();
        var target = Enter(context, out var router, out var endpoint);
        if (target.Side is not { } side)
            return Refusals.NothingDeployedAsync(context, target.Project);
        if (side.Mirror is { } mirror)
            copier.Offer(context, mirror, router, target.Route);
        return ForwardAsync(context, side, endpoint!, target.User, target.Route, began);
    }

    /// <summary>
    /// Chooses, and counts the request as in flight before it is sure that the routes have not changed meanwhile: whoever publishes a
    /// table and then sees nothing in flight may stop the version, or some of its instances.
    /// </summary>
    private Target Enter(HttpContext context, out Router router, out RoutedEndpoint? endpoint)
    {
        var client = around.Trusted.ClientOf(context);
        var facts = new RequestFacts(context.Request.Headers.Host.ToString(), context.Request.Headers, client, context.Request.Path.Value);
        while (true)
        {
            router = routes.Router;
            var target = router.Choose(facts);
            endpoint = target.Side?.NextEndpoint();
            if (target.Side is not { } side || endpoint is null)
                return target;
            side.Meter.Enter();
            endpoint.Enter();
            if (ReferenceEquals(router, routes.Router))
                return target;
            endpoint.Withdraw();
            side.Meter.Withdraw();
        }
    }

    private async Task ForwardAsync(HttpContext context, RoutedSide side, RoutedEndpoint endpoint, RequestUser user, int route, long began)
    {
        var ending = Ending.Abandoned;
        var status = 0;
        try
        {
            context.Features.Set<IHttpResetFeature>(DeferredReset.Instance);
            var error = await forwarder.SendAsync(context, endpoint.Address, backends, config, side.Transformer);
            status = context.Response.StatusCode;
            ending = error == ForwarderError.None ? Ending.Answered : await FailAsync(context, side, error);
        }
        finally
        {
            var ended = status == StatusCodes.Status101SwitchingProtocols && context.Features.Get<Upgraded>() is { } upgraded
                ? upgraded.At
                : around.Time.GetTimestamp();
            var seconds = around.Time.GetElapsedTime(began, ended).TotalSeconds;
            endpoint.Leave(ending, status, seconds);
            side.Leave(ending, status, seconds, user, route);
        }
    }

    private static async Task<Ending> FailAsync(HttpContext context, RoutedSide side, ForwarderError error)
    {
        var complete = context.Features.Get<AnswerComplete>() is not null;
        var ending = Endings.Of(error, complete, context.RequestAborted.IsCancellationRequested);
        if (!context.Response.HasStarted && !complete)
            await Refusals.FailedAsync(context, side, ending);
        else if (Endings.BreaksTheAnswer(error, complete))
            context.Abort();
        return ending;
    }
}
