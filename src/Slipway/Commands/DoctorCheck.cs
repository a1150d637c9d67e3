using Slipway.Api;

namespace Slipway.Commands;

/// <summary>What a check found.</summary>
/// <param name="Ok">Null: it could not be looked at, because something before it is not well.</param>
/// <param name="Message">What is so, in a sentence.</param>
/// <param name="Remedy">What to do; null when all is well.</param>
internal sealed record DoctorFinding(bool? Ok, string Message, string? Remedy = null)
{
    public static DoctorFinding Well(string message) => new(true, message);

    public static DoctorFinding Ill(string message, string remedy) => new(false, message, remedy);

    public static DoctorFinding Unknown(string message) => new(null, message);
}

/// <summary>What checks look at.</summary>
/// <param name="Data">This machine's data directory, where a server on this machine keeps everything.</param>
/// <param name="Ready">Whether a server answers that it is ready.</param>
/// <param name="Status">What the server says; null when it says nothing we can read.</param>
/// <param name="StatusProblem">Why there is no status.</param>
/// <param name="ReadAt">This machine's time in the middle of reading the status.</param>
internal sealed record DoctorSubject(Uri Server, string Data, bool Ready, StatusResponse? Status, Refusal? StatusProblem, DateTimeOffset ReadAt);

/// <summary>One thing that <c>slipway doctor</c> looks at. Never throws for what it looks for.</summary>
internal sealed record DoctorCheck(string Name, Func<DoctorSubject, CancellationToken, Task<DoctorFinding>> LookAsync)
{
    public DoctorCheck(string name, Func<DoctorSubject, DoctorFinding> look)
        : this(name, (subject, _) => Task.FromResult(look(subject)))
    {
    }
}
