using Slipway.Engine.Instances;
using Slipway.Engine.Ports;

namespace Slipway.Engine.Tests;

public class InstanceBoardTests
{
    private static readonly InstanceId Id = EngineWorld.Instance("production", "1.0.0");

    private readonly InstanceBoard _board = new();

    [Fact]
    public void AListThatMayBeOlderThanAChangeIsNotTakenNoteOf()
    {
        var before = _board.Changes;
        _board.Set(Id, ["a", "b"]);
        _board.Note(Id, ["a"], before);
        Assert.Equal(["a", "b"], _board.Endpoints(Id));
        _board.Note(Id, ["a"], _board.Changes);
        Assert.Equal(["a"], _board.Endpoints(Id));
        _board.Note(Id, [], _board.Changes);
        Assert.Equal((false, 0), (_board.IsReady(Id), _board.Ready.Length));
    }

    [Fact]
    public void WhatIsAboutToGoIsReadyAndNotToBeUsedUntilItStays()
    {
        _board.Set(Id, ["a", "b", "c"]);
        _board.Leave(Id, ["b", "c"]);
        _board.Note(Id, ["a", "b", "c", "d"], _board.Changes);
        Assert.Equal(["a", "d"], _board.Endpoints(Id));
        Assert.True(_board.AreLeaving(Id, ["b", "c"]));
        _board.Stay(Id);
        Assert.Equal(["a", "b", "c", "d"], _board.Endpoints(Id));
    }

    [Fact]
    public async Task WhileSomebodyAsksForSoManyNoMoreAreTakenNoteOf()
    {
        _board.Set(Id, ["a", "b"]);
        await _board.AloneAsync(Id, ready => Math.Max(3, ready), count =>
        {
            Assert.Equal((3, true), (count, _board.IsBusy(Id)));
            _board.Note(Id, ["b", "c", "d"], _board.Changes);
            return Task.FromResult(true);
        }, default);
        Assert.Equal(["b", "c", "d"], _board.Endpoints(Id));
        await _board.AloneAsync(Id, _ => 1, _ =>
        {
            _board.Note(Id, ["b", "c", "d", "e"], _board.Changes);
            return Task.FromResult(true);
        }, default);
        Assert.Equal(["b", "c", "d"], _board.Endpoints(Id));
        Assert.False(_board.IsBusy(Id));
    }

    [Fact]
    public async Task NothingIsRememberedOfWhatIsGone()
    {
        InstanceBoard board = new();
        for (var version = 0; version < 10; version++)
        {
            var id = EngineWorld.Instance("canary", $"{version}.0.0");
            await board.AloneAsync(id, _ => 1, _ => Task.FromResult(board.Set(id, ["http://here"])), default);
            await board.AloneAsync(id, _ => 0, _ => Task.FromResult(board.Set(id, [])), default);
        }

        board.Note(EngineWorld.Instance("canary", "10.0.0"), ["http://there"], board.Changes);
        Assert.Equal(1, board.Count);
    }
}
