using Slipway.Gateway.Counting;
using Yarp.ReverseProxy.Forwarder;

namespace Slipway.Gateway.Forwarding;

/// <summary>Tells from the forwarder's result whose doing the end of a request was.</summary>
internal static class Endings
{
    /// <param name="error">What the forwarder says.</param>
    /// <param name="answerComplete">The whole answer had come through before the error.</param>
    /// <param name="clientGone">The client closed its connection.</param>
    public static Ending Of(ForwarderError error, bool answerComplete, bool clientGone) => error switch
    {
        ForwarderError.None => Ending.Answered,
        ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient or ForwarderError.RequestBodyDestination
            when answerComplete => Ending.Answered,

        // Broken off while the gateway was still sending or waiting: the client's own going is told apart by the forwarder.
        ForwarderError.Request or ForwarderError.RequestTimedOut or ForwarderError.RequestBodyDestination => Ending.NoAnswer,
        ForwarderError.ResponseHeaders or ForwarderError.ResponseBodyDestination => Ending.NoAnswer,

        // Cancelled means either the client's going or the activity timeout.
        ForwarderError.ResponseBodyCanceled => clientGone ? Ending.Abandoned : Ending.NoAnswer,

        ForwarderError.UpgradeRequestDestination or ForwarderError.UpgradeResponseDestination => Ending.NoAnswer,

        // A conversation has no other end than one party's leaving, and one that is silent was answered all the same.
        ForwarderError.UpgradeRequestCanceled or ForwarderError.UpgradeRequestClient or ForwarderError.UpgradeResponseCanceled
            or ForwarderError.UpgradeResponseClient or ForwarderError.UpgradeActivityTimeout => Ending.Answered,
        _ => Ending.Abandoned,
    };

    /// <summary>Whether the forwarder wanted the connection closed, so that the client does not take part of an answer for the whole.</summary>
    public static bool BreaksTheAnswer(ForwarderError error, bool answerComplete) => error switch
    {
        ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient or ForwarderError.ResponseBodyDestination => true,
        ForwarderError.RequestBodyClient or ForwarderError.RequestBodyDestination => !answerComplete,
        _ => false,
    };
}
