using System.Collections.Immutable;
using Slipway.Engine.Ports;

namespace Slipway.Integrations.Deployers.Processes;

/// <summary>Has as many instances of a version as are wanted. Each method wants the group entered.</summary>
internal sealed class GroupControl(InstanceBook book, InstanceControl control)
{
    /// <summary>So many start or stop at once: more would only wait for the same processor.</summary>
    private const int AtOnce = 8;

    /// <summary>An instance that was ready may exit while others start, and is started again; that often is no accident.</summary>
    private const int Rounds = 3;

    public async Task<DeployOutcome> EnsureAsync(InstanceGroup group, Recipe recipe, int count, CancellationToken cancellationToken)
    {
        if (group.Recorded.Count(i => i.Live is not null) < count)
            await book.TakeUpAsync(group.Id, cancellationToken);
        for (var round = 1; ; round++)
        {
            var chosen = Choose(group, recipe, count);
            await AllAsync([.. group.Recorded.Except(chosen).Where(i => i.Record is not { State: InstanceState.Ready })], StopAsync, cancellationToken);
            var outcomes = await AllAsync(chosen, (instance, token) => control.EnsureAsync(instance, recipe, token), cancellationToken);
            if (outcomes.OfType<DeployOutcome.Failed>().FirstOrDefault() is { } failed)
                return failed;
            await AllAsync([.. group.Recorded.Except(chosen)], StopAsync, cancellationToken);
            if (chosen.FirstOrDefault(i => i.Record is not { State: InstanceState.Ready }) is not { } gone)
                return new DeployOutcome.Ready(group.Status!.Endpoints);
            if (round == Rounds)
                return new DeployOutcome.Failed(Words.WentAgain(gone.Slot, gone.Record?.Detail ?? ""));
        }
    }

    /// <summary>All of them, those that nobody recorded too.</summary>
    public async Task StopAsync(InstanceGroup group, CancellationToken cancellationToken)
    {
        await book.TakeUpAsync(group.Id, cancellationToken);
        await AllAsync(group.Recorded, StopAsync, cancellationToken);
    }

    /// <summary>
    /// Those that run by this recipe in their order, so that the last ones go; then numbers in use whose process exited or runs by another
    /// recipe; then free ones.
    /// </summary>
    private static ImmutableArray<Instance> Choose(InstanceGroup group, Recipe recipe, int count)
    {
        var all = group.Recorded;
        var fit = all.Where(i => i.Live is not null && recipe.IsSameAs(i.Record?.Recipe)).ToList();
        return [.. fit.Concat(all.Except(fit).OrderBy(i => i.Slot.Number)).Take(count), .. group.Free.Take(Math.Max(0, count - all.Length))];
    }

    private async Task<bool> StopAsync(Instance instance, CancellationToken cancellationToken)
    {
        await control.StopAsync(instance, cancellationToken);
        return true;
    }

    /// <summary>Each to its end, whatever becomes of the others.</summary>
    private static async Task<ImmutableArray<T>> AllAsync<T>(ImmutableArray<Instance> instances, Func<Instance, CancellationToken, Task<T>> act, CancellationToken cancellationToken)
    {
        using SemaphoreSlim turns = new(AtOnce, AtOnce);
        return [.. await Task.WhenAll(instances.Select(OneAsync))];

        async Task<T> OneAsync(Instance instance)
        {
            await turns.WaitAsync(cancellationToken);
            try
            {
                using var held = await instance.Gate.EnterAsync(cancellationToken);
                return await act(instance, cancellationToken);
            }
            finally
            {
                turns.Release();
            }
        }
    }
}
