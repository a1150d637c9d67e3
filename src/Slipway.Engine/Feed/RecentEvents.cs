using System.Collections.Immutable;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Feed;

/// <summary>The newest events, a bounded number of them and of their characters: what is too old or too much is forgotten, whoever still wants it.</summary>
internal sealed class RecentEvents(int mostEvents, long mostCharacters)
{
    private readonly Lock _lock = new();
    private readonly RecordedEvent[] _ring = new RecordedEvent[mostEvents];
    private int _first;
    private int _count;
    private long _characters;
    private long _floor = long.MaxValue;

    /// <summary>Everything after this position is here; nothing is known before it has begun.</summary>
    public long Floor
    {
        get
        {
            lock (_lock)
                return _floor;
        }
    }

    /// <summary>Forgets everything; what is added from now on comes right after this position.</summary>
    public void Begin(long position)
    {
        lock (_lock)
        {
            Array.Clear(_ring);
            (_first, _count, _characters, _floor) = (0, 0, 0, position);
        }
    }

    /// <summary>Adds events that follow those that are here, in their order.</summary>
    public void Add(ImmutableArray<RecordedEvent> events)
    {
        lock (_lock)
        {
            foreach (var e in events)
            {
                while (_count > 0 && (_count == mostEvents || _characters + e.Data.Length > mostCharacters))
                    Forget();
                _ring[(_first + _count++) % mostEvents] = e;
                _characters += e.Data.Length;
            }
        }
    }

    /// <summary>The first events after a position, none when there are none yet; null when some of them are no longer here.</summary>
    public ImmutableArray<RecordedEvent>? After(long position, int most)
    {
        lock (_lock)
        {
            if (position < _floor)
                return null;
            var (low, high) = (0, _count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (At(middle).Position <= position)
                    low = middle + 1;
                else
                    high = middle;
            }

            var events = ImmutableArray.CreateBuilder<RecordedEvent>(Math.Min(most, _count - low));
            for (var i = low; i < _count && events.Count < most; i++)
                events.Add(At(i));
            return events.DrainToImmutable();
        }
    }

    private RecordedEvent At(int index) => _ring[(_first + index) % mostEvents];

    private void Forget()
    {
        var oldest = _ring[_first];
        _ring[_first] = null!;
        (_floor, _first) = (oldest.Position, (_first + 1) % mostEvents);
        _characters -= oldest.Data.Length;
        _count--;
    }
}
