using static Slipway.Simulation.Tests.Given;

namespace Slipway.Simulation.Tests;

public class WorldReaderTests
{
    [Theory]
    [InlineData("traffic: 100", "SLIP0103: file.yaml:1:10 traffic: '100' stands where a mapping is wanted; write { rps: 100, errors: 0.2%, latency: 80ms }")]
    [InlineData("versions: [{ at: 0s }]", "SLIP0102: file.yaml:1:12 versions[0]: the key 'name' is missing; add name: 2.0.0")]
    [InlineData("versions: [{ name: 2.0.0, erors: 3% }]", "SLIP0101: file.yaml:1:27 versions[0].erors: 'erors' is no key of this mapping; did you mean 'errors'?")]
    [InlineData("faults: [{ version: 9.9.9 }]", "SLIP0105: file.yaml:1:21 faults[0].version: there is no version '9.9.9' in this world; use one of 1.0.0, 2.0.0")]
    [InlineData("people: [{ does: dance }]", "SLIP0105: file.yaml:1:18 people[0].does: 'dance' is nothing a person can do here; write deploy, flag or unflag (with version:), signal (with signal:), promote, promote-full, approve, reject, pause, resume, abort, retry, rollback, cancel, hold, unhold, stop-line or release-line")]
    [InlineData("people: [{ does: abort, environment: nowhere }]", "SLIP0121: file.yaml:1:38 people[0].environment: there is no environment named 'nowhere'; use one of production")]
    [InlineData("start: soon", "SLIP0106: file.yaml:1:8 start: 'soon' is no time; write it like 2026-03-02T09:00:00Z")]
    public void WhatIsWrongIsToldInTheseWords(string text, string problem) => Assert.Equal(problem, World(text, Project(Gradual)).Problems[0].ToString());
}
