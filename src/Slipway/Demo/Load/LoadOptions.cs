namespace Slipway.Demo.Load;

/// <summary>How much load, by whom, and where to.</summary>
public sealed record LoadOptions
{
    /// <summary>Where the front door listens, such as <c>http://127.0.0.1:8080</c>.</summary>
    public required Uri Target { get; init; }

    /// <summary>The <c>Host</c> header; null: the target's own.</summary>
    public string? Host { get; init; }

    /// <summary>Arrivals a second on average, whatever the answers' speed. Above 0.</summary>
    public double RequestsPerSecond { get; init; } = 100;

    /// <summary>Simulated users, each with a cookie <c>uid</c> of its own. At least 1.</summary>
    public int Users { get; init; } = 2000;

    /// <summary>Share of users who are employees and send <c>x-employee: true</c>. 0 to 1.</summary>
    public double EmployeeShare { get; init; } = 0.02;

    /// <summary>How long the load goes on.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Requests after which the load ends, if the time has not.</summary>
    public long MaxRequests { get; init; } = 10_000_000;

    /// <summary>When a request counts as not answered.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The same seed makes the same arrivals, users and routes.</summary>
    public int Seed { get; init; } = 1;
}
