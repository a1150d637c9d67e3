namespace Slipway.Gateway.Counting;

/// <summary>How a request that was sent to a version ended.</summary>
internal enum Ending
{
    /// <summary>The version answered, and the client has it all.</summary>
    Answered,

    /// <summary>The version refused, broke off or stayed silent.</summary>
    NoAnswer,

    /// <summary>The client gave up, or its request could not be read. Says nothing about the version.</summary>
    Abandoned,
}
