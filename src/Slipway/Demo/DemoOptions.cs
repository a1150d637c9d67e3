namespace Slipway.Demo;

/// <summary>What the demo shows.</summary>
internal sealed record DemoOptions
{
    public Fault Fault { get; init; } = Fault.Errors;

    /// <summary>Share of the requests on the route that the fault hits; null: what suits the fault.</summary>
    public double? FaultRate { get; init; }

    /// <summary>Where the fault begins to show.</summary>
    public string BadAt { get; init; } = "canary";

    public int Seed { get; init; } = 1;

    /// <summary>Shorter holds and smaller samples.</summary>
    public bool Fast { get; init; }

    /// <summary>Leave everything running until Ctrl-C.</summary>
    public bool Keep { get; init; }

    /// <summary>Arrivals a second; what two cores carry beside everything else of the demo.</summary>
    public double RequestsPerSecond { get; init; } = 1000;

    public int Users { get; init; } = 5000;

    public bool Json { get; init; }
}

/// <summary>What is wrong with 1.2.0.</summary>
internal enum Fault
{
    None,
    Errors,
    Latency,
    Crash,
    Outage,
}
