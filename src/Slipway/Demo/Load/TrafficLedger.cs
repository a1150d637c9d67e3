namespace Slipway.Demo.Load;

/// <summary>
/// Counts what users saw, from outside. Users who flapped are the promise under test: a person moves to a new version once, and goes back
/// only when that version is rolled back. Safe to use from several threads; its memory is bounded by users times versions.
/// </summary>
public sealed class TrafficLedger
{
    /// <summary>Far more versions than any demo releases; later ones are only counted in the totals, so that a mad header costs no memory.</summary>
    public const int MaxVersions = 256;

    private readonly Lock gate = new();
    private readonly User[] users;
    private readonly Dictionary<string, int> versions = new(StringComparer.Ordinal);
    private readonly List<Tally> byVersion = [];
    private readonly Dictionary<string, Tally> byEnvironment = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Version, string Environment), Tally> byBoth = [];
    private readonly Dictionary<(string Version, string Environment), DateTimeOffset> first = [];
    private readonly Dictionary<string, DateTimeOffset> rolledBack = new(StringComparer.Ordinal);
    private readonly HashSet<int> outsiders = [];
    private long requests;
    private long failures;
    private long noAnswers;
    private long disagreements;

    /// <param name="users">How many users there are.</param>
    public TrafficLedger(int users)
    {
        this.users = new User[users];
        for (var i = 0; i < users; i++)
        {
            this.users[i] = new User();
        }
    }

    public LoadCounts Total => Locked(() => new LoadCounts(requests, failures, users.Count(u => u.Current >= 0)));

    /// <summary>Requests without any answer.</summary>
    public long NoAnswers => Locked(() => noAnswers);

    /// <summary>Answers in which the gateway's headers and the shop's do not agree.</summary>
    public long Disagreements => Locked(() => disagreements);

    /// <summary>
    /// Users who went back to an older version, or to one they had left before. Going back once from a version is no flap when a rollback
    /// of that version had begun.
    /// </summary>
    public int UsersWhoFlapped => Locked(() => users.Count(u => u.Flapped(v => rolledBack.TryGetValue(byVersion[v].Name, out var at) ? at : null)));

    /// <summary>Users who are no employees and were served by the environment <c>dogfood</c>.</summary>
    public int OutsidersInDogfood => Locked(() => outsiders.Count);

    /// <summary>Every version seen, in the order in which they first were.</summary>
    public IReadOnlyList<string> Versions => Locked<IReadOnlyList<string>>(() => [.. versions.OrderBy(v => v.Value).Select(v => v.Key)]);

    public IReadOnlyList<string> Environments => Locked<IReadOnlyList<string>>(() => [.. byEnvironment.Keys.Order(StringComparer.Ordinal)]);

    /// <summary>Counts of a version so far.</summary>
    public LoadCounts CountsOf(string version) => Locked(() => versions.TryGetValue(version, out var v) ? byVersion[v].Counts : default);

    /// <summary>Counts of a version in one environment so far.</summary>
    public LoadCounts CountsOf(string version, string environment) => Locked(() => byBoth.TryGetValue((version, environment), out var tally) ? tally.Counts : default);

    /// <summary>Counts of an environment so far.</summary>
    public LoadCounts CountsOfEnvironment(string environment) => Locked(() => byEnvironment.TryGetValue(environment, out var tally) ? tally.Counts : default);

    /// <summary>Distinct users whom a bad version answered.</summary>
    public int UsersExposedTo(string version) => CountsOf(version).Users;

    /// <summary>When a version first answered in an environment; null: not yet.</summary>
    public DateTimeOffset? FirstServed(string version, string environment) =>
        Locked<DateTimeOffset?>(() => first.TryGetValue((version, environment), out var at) ? at : null);

    /// <summary>Says that a rollback of a version began at this time. May be told late: users are judged when they are asked for.</summary>
    public void RolledBack(string version, DateTimeOffset began)
    {
        lock (gate)
        {
            rolledBack.TryAdd(version, began);
        }
    }

    /// <summary>Counts one answer. The answers of one user come in the order in which they were given.</summary>
    public void Record(Answer answer)
    {
        lock (gate)
        {
            requests++;
            failures += answer.IsFailure ? 1 : 0;
            noAnswers += answer.Status is null ? 1 : 0;
            disagreements += answer.Disagreement ? 1 : 0;
            RecordEnvironment(answer);
            RecordVersion(answer);
        }
    }

    private void RecordEnvironment(Answer answer)
    {
        if (answer.Environment is not { } environment || (!byEnvironment.ContainsKey(environment) && byEnvironment.Count >= MaxVersions))
        {
            return;
        }

        if (!byEnvironment.TryGetValue(environment, out var tally))
        {
            byEnvironment[environment] = tally = new Tally(users.Length);
        }

        tally.Add(answer);
        if (environment == "dogfood" && !answer.IsEmployee)
        {
            outsiders.Add(answer.User);
        }
    }

    private void RecordVersion(Answer answer)
    {
        if (answer.Version is not { } version || Index(version) is not { } index)
        {
            return;
        }

        byVersion[index].Add(answer);
        users[answer.User].See(index, answer.At, (a, b) => VersionOrder.IsOlder(byVersion[a].Name, byVersion[b].Name));
        if (answer.Environment is { } environment && byEnvironment.ContainsKey(environment))
        {
            first.TryAdd((version, environment), answer.At);
            if (!byBoth.TryGetValue((version, environment), out var both))
            {
                byBoth[(version, environment)] = both = new Tally(users.Length);
            }

            both.Add(answer);
        }
    }

    private int? Index(string version)
    {
        if (versions.TryGetValue(version, out var index))
        {
            return index;
        }

        if (byVersion.Count >= MaxVersions)
        {
            return null;
        }

        byVersion.Add(new Tally(users.Length, version));
        return versions[version] = byVersion.Count - 1;
    }

    private T Locked<T>(Func<T> read)
    {
        lock (gate)
        {
            return read();
        }
    }

    /// <summary>Counts of one version or environment, with one bit a user.</summary>
    private sealed class Tally(int users, string name = "")
    {
        private readonly ulong[] seen = new ulong[(users + 63) / 64];
        private long requests;
        private long failures;
        private int distinct;

        public string Name => name;

        public LoadCounts Counts => new(requests, failures, distinct);

        public void Add(Answer answer)
        {
            requests++;
            failures += answer.IsFailure ? 1 : 0;
            ref var word = ref seen[answer.User >> 6];
            var bit = 1UL << (answer.User & 63);
            distinct += (word & bit) == 0 ? 1 : 0;
            word |= bit;
        }
    }

    /// <summary>Where a user is, which versions it left, and from which it went back when.</summary>
    private sealed class User
    {
        private readonly HashSet<int> left = [];
        private readonly Dictionary<int, DateTimeOffset> returns = [];
        private bool returnedTwice;

        public int Current { get; private set; } = -1;

        public void See(int version, DateTimeOffset at, Func<int, int, bool> isOlder)
        {
            if (version == Current)
            {
                return;
            }

            if (Current >= 0)
            {
                if (left.Contains(version) || isOlder(version, Current))
                {
                    returnedTwice |= !returns.TryAdd(Current, at);
                }

                left.Add(Current);
            }

            Current = version;
        }

        /// <summary>Whether it went back from a version twice, or once before (or without) a rollback of it.</summary>
        public bool Flapped(Func<int, DateTimeOffset?> rolledBack) =>
            returnedTwice || returns.Any(r => rolledBack(r.Key) is not { } began || r.Value < began);
    }
}
