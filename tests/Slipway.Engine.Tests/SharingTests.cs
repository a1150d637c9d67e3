using System.Diagnostics.Metrics;
using Slipway.Core.Deployments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;
using Slipway.Engine.Telemetry;
using Slipway.Engine.Tests.Fakes;
using static Slipway.Engine.Tests.EngineWorld;

namespace Slipway.Engine.Tests;

/// <summary>An engine that is one of several over one store.</summary>
public class SharingTests
{
    [Fact]
    public async Task WhatOthersStoreIsSeenAgainAfterTheStoreWasAway()
    {
        await using EngineWorld world = new();
        var acts = await world.StartEngineAsync(new Owners());
        await world.ApplyAsync(ThreeStages);
        await acts.AdoptAsync(Shop, default);
        var looks = await world.StartEngineAsync(new Owners());
        await world.PassAsync(2);

        world.Store.StreamsAreAway = true;
        Assert.True((await acts.CreateCandidateAsync(Shop, new CandidateId("1.0.0"), new Artifact(ArtifactKind.Archive, "sha256:1", null, 1), null, "ci", default)).Ok);
        await world.PassAsync(5);
        Assert.Empty(looks.Snapshot(Shop)!.Project.Candidates);
        world.Store.StreamsAreAway = false;

        await world.UntilAsync(() => looks.Snapshot(Shop)!.Project.Candidates.Length == 1, "the candidate is seen");
    }

    [Fact]
    public async Task WhoIsNoLongerListenedToGivesTheProjectUpAndNothingFollowsFromIt()
    {
        var lost = 0;
        using var listener = Listen(change => Interlocked.Add(ref lost, change == "lost" ? 1 : 0));
        await using EngineWorld world = new();
        var engine = await world.StartEngineAsync(new Owners());
        await world.ApplyAsync(ThreeStages);
        await engine.AdoptAsync(Shop, default);
        await world.ReleaseAsync("1.0.0");
        await world.CreateAsync("2.0.0");
        await world.UntilAsync(() => world.Active("dogfood") is { StepIndex: 1, Confirmed: not null }, "2.0.0 is in dogfood");

        world.Router.Superseded = true;
        await world.UntilAsync(() => !engine.Owns(Shop), "the project is given up");
        await world.PassAsync(60);
        Assert.Equal(Phase.Progressing, world.Active("dogfood")!.Phase);
        Assert.Equal(1, lost);

        world.Router.Superseded = false;
        await engine.AdoptAsync(Shop, default);
        await world.UntilAsync(() => world.ServesEverywhere("2.0.0"), "2.0.0 serves everywhere");
    }

    /// <summary>A look at what runs that falls into the taking over knows nothing of the project, and must not forget what runs of it: users would be sent nowhere.</summary>
    [Fact]
    public async Task WhoTakesAProjectOverSendsUsersWhereTheyWereHoweverLongItTakes()
    {
        await using EngineWorld world = new();
        var before = await world.StartEngineAsync(new Owners());
        await world.ApplyAsync(ThreeStages);
        await before.AdoptAsync(Shop, default);
        await world.ReleaseAsync("1.0.0");
        var next = await world.StartEngineAsync(new Owners());
        await world.PassAsync(2);
        await before.ReleaseAsync(Shop, default);

        List<EnvironmentKey> nowhere = [];
        world.Router.Serving = request => nowhere.AddRange(request is { Split.Stable: not null, StableEndpoints.IsEmpty: true } ? [request.Project.Key(request.Environment)] : []);
        world.Router.TakeOverTakes = TimeSpan.FromSeconds(5);
        var adopting = next.AdoptAsync(Shop, default);
        await world.PassAsync(10);
        await adopting;
        await world.PassAsync(3);

        Assert.Empty(nowhere);
        Assert.NotEmpty(world.Router.Serves(Key("production"))!.StableEndpoints);
    }

    private static MeterListener Listen(Action<string?> changed)
    {
        MeterListener listener = new()
        {
            InstrumentPublished = (instrument, it) =>
            {
                if (instrument.Meter.Name == EngineTelemetry.Name && instrument.Name == "slipway.ownership.changes")
                    it.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => changed(tags[0].Value as string));
        listener.Start();
        return listener;
    }
}
