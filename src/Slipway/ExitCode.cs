namespace Slipway;

/// <summary>What the process tells the one that started it. The numbers are a promise to scripts.</summary>
internal enum ExitCode
{
    Ok = 0,

    /// <summary>The server refused, or something failed; the problem says what.</summary>
    Failed = 1,

    /// <summary>The command line itself is wrong.</summary>
    Usage = 2,

    /// <summary>No Slipway server answers at the address.</summary>
    Unreachable = 3,

    /// <summary>The token is missing or wrong.</summary>
    NotAuthorised = 4,

    /// <summary>The deployment that was waited for went back.</summary>
    RolledBack = 5,

    /// <summary>The deployment that was waited for had not ended in time; it goes on without us.</summary>
    TimedOut = 6,

    /// <summary>Stopped by Ctrl-C, as shells count it.</summary>
    Interrupted = 130,
}
