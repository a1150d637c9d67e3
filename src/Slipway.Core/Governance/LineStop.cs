namespace Slipway.Core.Governance;

/// <summary>An emergency: nothing begins and nothing goes on, until a person releases the line. Never blocks a rollback or an abort.</summary>
/// <param name="By">Who stopped it.</param>
/// <param name="Why">The reason they gave.</param>
/// <param name="Scope">What it is about.</param>
public sealed record LineStop(string By, string Why, DateTimeOffset At, FreezeScope Scope);
