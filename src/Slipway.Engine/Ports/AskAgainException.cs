namespace Slipway.Engine.Ports;

/// <summary>
/// Nobody can say how it went: the adapter has too much to do to begin, or did not answer in time. That is no failure of what was asked for,
/// so nothing follows from it: it is asked for again, with the same key. The message is for people, and says what to look at.
/// </summary>
public sealed class AskAgainException(string message, Exception? inner = null) : Exception(message, inner);
