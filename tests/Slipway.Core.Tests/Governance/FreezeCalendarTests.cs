using System.Collections.Immutable;
using System.Text.Json;
using CsCheck;
using Slipway.Core.Governance;
using Slipway.Core.Projects;

namespace Slipway.Core.Tests.Governance;

public class FreezeCalendarTests
{
    private static readonly EnvironmentKey Production = new(new ProjectId("shop"), new EnvironmentName("production"));
    private static readonly DateTimeOffset Start = new(2026, 3, 23, 0, 0, 0, TimeSpan.Zero);

    private static readonly Gen<FreezeSchedule> GenSchedule = Gen.OneOf(
        Gen.Select(Gen.Int[-2000, 14_000], Gen.Int[1, 6000], (from, length) => (FreezeSchedule)new FreezeSchedule.Once(Start.AddMinutes(from), Start.AddMinutes(from + length))),
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 1439], Gen.Int[1, 4000], Gen.Int[0, 2], (rule, minute, length, zone) => (FreezeSchedule)new FreezeSchedule.Recurring(
            rule switch { 0 => "FREQ=DAILY", 1 => "FREQ=DAILY;INTERVAL=2", 2 => "FREQ=WEEKLY;BYDAY=FR,MO", 3 => "FREQ=WEEKLY;BYDAY=SU;COUNT=3", 4 => "FREQ=MONTHLY;BYMONTHDAY=-1", _ => "FREQ=DAILY;UNTIL=20260401" },
            new DateTime(2026, 3, 10, minute / 60, minute % 60, 0), TimeSpan.FromMinutes(length), zone switch { 0 => "Europe/Berlin", 1 => "America/New_York", _ => "UTC" })));

    private static readonly Gen<FreezeWindow> GenWindow = Gen.Select(GenSchedule, Gen.Int[0, 3], (schedule, kind) => new FreezeWindow
    {
        Name = new FreezeName("w"), Kind = kind == 0 ? FreezeKind.Allow : FreezeKind.Deny, Schedule = schedule,
    });

    /// <summary>Two weeks over the day on which Europe's clocks go forward, asked every seven minutes; NextOpen and NextClose are where the answer changes.</summary>
    [Fact]
    public void OpenIsWhereNoDenyLastsAndAnAllowDoesIfThereIsAnyAndWhatComesNextIsTheNextChange()
    {
        GenWindow.Array[0, 4].Sample(windows =>
        {
            var spans = windows.Select(w => (w.Kind, Spans: w.Stretches(Start.AddDays(-60)).TakeWhile(s => s.Start < Start.AddDays(60)).ToList())).ToList();
            bool Open(DateTimeOffset at) => !spans.Any(s => s.Kind is FreezeKind.Deny && s.Spans.Exists(x => x.Start <= at && at < x.End))
                && (!spans.Any(s => s.Kind is FreezeKind.Allow) || spans.Any(s => s.Kind is FreezeKind.Allow && s.Spans.Exists(x => x.Start <= at && at < x.End)));
            var changes = spans.SelectMany(s => s.Spans).SelectMany(s => new[] { s.Start, s.End }).Distinct().Order().Where(t => Open(t) != Open(t.AddTicks(-1))).ToList();
            for (var at = Start; at < Start.AddDays(14); at = at.AddMinutes(97))
            {
                var state = FreezeCalendar.At(windows, [], Production, Tier.Production, at);
                Assert.Equal(Open(at), state.IsOpen);
                var next = changes.FirstOrDefault(t => t > at);
                if (next != default && next < Start.AddDays(30))
                    Assert.Equal(next, state.IsOpen ? state.NextClose : state.NextOpen);
            }
        }, iter: 200);
    }

    [Fact]
    public void AWindowOfDaysKeepsItsTimeOfDayWhenTheClocksChange()
    {
        var weekend = Deny(new FreezeSchedule.Recurring("FREQ=WEEKLY;BYDAY=FR", new DateTime(2026, 1, 2, 17, 0, 0), new TimeSpan(2, 15, 0, 0), "Europe/Berlin"));
        Assert.Equal(new DateTimeOffset(2026, 3, 30, 8, 0, 0, TimeSpan.FromHours(2)), At(weekend, new DateTimeOffset(2026, 3, 28, 12, 0, 0, TimeSpan.Zero)).NextOpen);
        Assert.Equal(new DateTimeOffset(2026, 3, 23, 8, 0, 0, TimeSpan.FromHours(1)), At(weekend, new DateTimeOffset(2026, 3, 21, 12, 0, 0, TimeSpan.Zero)).NextOpen);
    }

    [Fact]
    public void ATimeThatTheClocksSkipCountsOnFromBeforeTheGap()
    {
        var night = Deny(new FreezeSchedule.Recurring("FREQ=DAILY", new DateTime(2026, 1, 1, 2, 30, 0), TimeSpan.FromHours(1), "Europe/Berlin"));
        Assert.Equal(new DateTimeOffset(2026, 3, 29, 1, 30, 0, TimeSpan.Zero), At(night, new DateTimeOffset(2026, 3, 29, 0, 0, 0, TimeSpan.Zero)).NextClose);
    }

    [Fact]
    public void ATimeThatComesTwiceIsItsFirst()
    {
        var night = Deny(new FreezeSchedule.Recurring("FREQ=DAILY", new DateTime(2026, 1, 1, 2, 30, 0), TimeSpan.FromHours(1), "Europe/Berlin"));
        Assert.Equal(new DateTimeOffset(2026, 10, 25, 0, 30, 0, TimeSpan.Zero), At(night, new DateTimeOffset(2026, 10, 25, 0, 0, 0, TimeSpan.Zero)).NextClose);
        Assert.Equal(new DateTimeOffset(2026, 10, 25, 1, 30, 0, TimeSpan.Zero), At(night, new DateTimeOffset(2026, 10, 25, 0, 45, 0, TimeSpan.Zero)).NextOpen);
        Assert.True(At(night, new DateTimeOffset(2026, 10, 25, 1, 45, 0, TimeSpan.Zero)).IsOpen);
    }

    [Fact]
    public void EachZoneChangesItsClocksOnItsOwnDay()
    {
        FreezeSchedule Morning(string zone) => new FreezeSchedule.Recurring("FREQ=DAILY", new DateTime(2026, 1, 1, 9, 0, 0), TimeSpan.FromHours(1), zone);
        DateTimeOffset midnight = new(2026, 3, 20, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal(13, At(Deny(Morning("America/New_York")), midnight).NextClose!.Value.UtcDateTime.Hour);
        Assert.Equal(8, At(Deny(Morning("Europe/Berlin")), midnight).NextClose!.Value.UtcDateTime.Hour);
        Assert.Equal(7, At(Deny(Morning("Europe/Berlin")), midnight.AddDays(10)).NextClose!.Value.UtcDateTime.Hour);
        Assert.Equal(14, At(Deny(Morning("America/New_York")), midnight.AddDays(-20)).NextClose!.Value.UtcDateTime.Hour);
    }

    [Fact]
    public void ARuleThatNeverHappensClosesNothingAndCostsNothing() =>
        Assert.True(At(Deny(new FreezeSchedule.Recurring("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", new DateTime(2026, 1, 1), TimeSpan.FromHours(1), "UTC")), Start).IsOpen);

    [Fact]
    public void AStoppedLineOutranksEverythingAndNamesThePerson()
    {
        var state = FreezeCalendar.At([], [new LineStop("bob", "outage", Start, FreezeScope.Everything)], Production, Tier.Production, Start);
        Assert.Equal((false, "the line is stopped by bob: outage", true, null), (state.IsOpen, state.Why, state.Holds, state.NextOpen));
    }

    [Fact]
    public void AScopeCoversWhatMeetsAllOfItAndAFleetsNameItsTargets()
    {
        FreezeScope scope = new() { Project = new ProjectId("shop"), Tier = Tier.Production, Environments = [new EnvironmentName("world")] };
        Assert.True(scope.Covers(new EnvironmentKey(new ProjectId("shop"), new EnvironmentName("world-eu")), Tier.Production, new EnvironmentName("world")));
        Assert.False(scope.Covers(new EnvironmentKey(new ProjectId("shop"), new EnvironmentName("world-eu")), Tier.Staging, new EnvironmentName("world")));
        Assert.False(scope.Covers(new EnvironmentKey(new ProjectId("other"), new EnvironmentName("world")), Tier.Production));
    }

    [Fact]
    public void WhatIsStoredIsReadBack()
    {
        ImmutableArray<GovernanceEvent> events =
        [
            new GovernanceEvent.WindowSet(Deny(new FreezeSchedule.Recurring("FREQ=WEEKLY;BYDAY=FR", new DateTime(2026, 1, 2, 17, 0, 0), TimeSpan.FromHours(63), "Europe/Berlin")) with { Reason = "nobody is at work", Holds = true }, "ana", Start),
            new GovernanceEvent.WindowSet(Deny(new FreezeSchedule.Once(Start, Start.AddDays(1))) with { Scope = new FreezeScope { Tier = Tier.Production, Environments = [new EnvironmentName("production")] } }, "ana", Start),
            new GovernanceEvent.WindowRemoved(new FreezeName("w"), "ana", Start),
            new GovernanceEvent.LineStopped(new FreezeScope { Project = new ProjectId("shop") }, "bob", "outage", Start),
            new GovernanceEvent.LineReleased(FreezeScope.Everything, "bob", null, Start),
        ];
        var stored = events.Select(e => JsonSerializer.Serialize(e, SlipwayJson.Options)).ToList();
        Assert.Equal(stored, stored.Select(s => JsonSerializer.Serialize(JsonSerializer.Deserialize<GovernanceEvent>(s, SlipwayJson.Options), SlipwayJson.Options)));
        Assert.Equal("""{"$type":"governance.window-set","window":{"name":"w","kind":"deny","scope":{"environments":[]},"schedule":{"$type":"recurring","rule":"FREQ=WEEKLY;BYDAY=FR","start":"2026-01-02T17:00:00","duration":"2.15:00:00","zone":"Europe/Berlin"},"reason":"nobody is at work","holds":true},"by":"ana","at":"2026-03-23T00:00:00+00:00"}""", stored[0]);
        Assert.Equal("""{"$type":"governance.line-stopped","scope":{"project":"shop","environments":[]},"by":"bob","why":"outage","at":"2026-03-23T00:00:00+00:00"}""", stored[3]);
    }

    private static FreezeWindow Deny(FreezeSchedule schedule) => new() { Name = new FreezeName("w"), Kind = FreezeKind.Deny, Schedule = schedule };

    private static WindowState At(FreezeWindow window, DateTimeOffset at) => FreezeCalendar.At([window], [], Production, Tier.Production, at);
}
