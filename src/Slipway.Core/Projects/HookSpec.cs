using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Slipway.Core.Projects;

/// <summary>Something of the user's own that a rollout runs: it may run more than once, always with the same idempotency key.</summary>
[JsonDerivedType(typeof(Webhook), "webhook")]
[JsonDerivedType(typeof(Command), "command")]
public abstract record HookSpec
{
    /// <summary>Longest timeout that can be asked for.</summary>
    public static readonly TimeSpan LongestTimeout = TimeSpan.FromHours(6);

    private HookSpec()
    {
    }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>How long one try may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a failed try is repeated, with growing pauses. 0 to 10.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>Whether a failure says that the candidate is bad; otherwise it only takes this deployment back.</summary>
    public bool FailureIsBad { get; init; }

    /// <summary>Run on the way back if this one succeeded; compensations run in reverse order. Null: nothing to undo.</summary>
    public HookSpec? Undo { get; init; }

    /// <summary>When no answer can come any more: all tries with their pauses, and a minute for the engine.</summary>
    [JsonIgnore]
    public TimeSpan Deadline => (Timeout + TimeSpan.FromSeconds(30)) * (Retries + 1) + TimeSpan.FromMinutes(1);

    /// <summary>A signed POST. Every answer of 200 to 299 is success.</summary>
    /// <param name="Url">http or https.</param>
    /// <param name="Secret">Name of the environment variable of the server that holds the key it is signed with; null: the installation's own key.</param>
    public sealed record Webhook(string Url, string? Secret) : HookSpec;

    /// <summary>A program on the server's machine; never a shell line. Exit code 0 is success.</summary>
    public sealed record Command(ImmutableArray<string> Line) : HookSpec
    {
        public bool Equals(Command? other) => other is not null && base.Equals(other) && Line.SequenceEqual(other.Line);

        public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Line.Length);
    }
}

/// <summary>Hooks of an environment, around its strategy.</summary>
public sealed record Hooks
{
    public static Hooks None { get; } = new();

    /// <summary>Before the candidate starts.</summary>
    public ImmutableArray<HookSpec> Before { get; init; } = [];

    /// <summary>Once everyone is on the candidate, before the deployment succeeds.</summary>
    public ImmutableArray<HookSpec> After { get; init; } = [];

    /// <summary>On the way back, after the traffic and the compensations. Never delays either.</summary>
    public ImmutableArray<HookSpec> OnRollback { get; init; } = [];
}
