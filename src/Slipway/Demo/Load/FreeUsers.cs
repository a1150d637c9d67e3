namespace Slipway.Demo.Load;

/// <summary>Hands out users at random, each to one request at a time, so that the order of what a user sees is well defined.</summary>
internal sealed class FreeUsers(int count)
{
    private readonly Lock gate = new();
    private readonly int[] free = [.. Enumerable.Range(0, count)];
    private int left = count;

    /// <summary>A random free user; null when every one waits for an answer.</summary>
    public int? Take(Random random)
    {
        lock (gate)
        {
            if (left == 0)
            {
                return null;
            }

            var at = random.Next(left);
            var user = free[at];
            free[at] = free[--left];
            return user;
        }
    }

    public void Return(int user)
    {
        lock (gate)
        {
            free[left++] = user;
        }
    }
}
