namespace Slipway.Server;

/// <summary>How the server's log looks.</summary>
public enum LogFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>One JSON object a line, with what the message speaks of as fields (<c>DeploymentId</c>, …).</summary>
    Json,
}
